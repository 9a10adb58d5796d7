import type { UpgradeDelta } from '../api/connections.ts';
import { parseSemver } from '../identifiers/semver.ts';
import type { AxisPermissions } from '../permissions/permission-maps.ts';
import { resolvePattern } from '../permissions/resolve-pattern.ts';
import type { IntegrationManifest } from './integration-manifest.ts';

type Change = UpgradeDelta['changes'][number];
type ChangeClass = Change['class'];

/** What an upgrade from one version of a manifest to another changes, without what a Connection's settings say to it. */
export type ManifestDelta = Omit<UpgradeDelta, 'configurationRequired'>;

/**
 * Classes every change between two versions of a manifest: `narrowing` takes something away from the connector,
 * `widening` gives it something that nobody consented to, `same` does neither.
 * @returns `widens` also when the major version rises; in 0.x a minor counts as one.
 */
export function compareManifests(from: IntegrationManifest, to: IntegrationManifest): ManifestDelta {
  const types = namesDelta(from.target_types, to.target_types);
  const extensions = levelsDelta(from.permissions.extension, to.permissions.extension);
  const edges = levelsDelta(from.permissions.edge, to.permissions.edge);
  const oauth = namesDelta(Object.keys(from.oauth_requirements), Object.keys(to.oauth_requirements));
  const tokens = namesDelta(Object.keys(from.token_requirements ?? {}), Object.keys(to.token_requirements ?? {}));
  const changes = [
    ...versionChanges(from, to),
    ...ofNames('$.target_types', types, (type) => `items of type ${type}`),
    ...ofLevels('$.permissions.extension', extensions, (name) => `the extension ${name}`),
    ...ofLevels('$.permissions.edge', edges, (name) => `edges of type ${name}`),
    ...ofNames('$.oauth_requirements', oauth, (name) => `the upstream account for ${name}`),
    ...leaseChanges(from, to),
    ...ofNames('$.token_requirements', tokens, (name) => `the API token for ${name}`),
    ...triggerChanges(from, to),
    ...directionChanges(from, to),
    ...tombstoneChanges(from, to),
    ...otherChanges(from, to),
  ];
  return {
    widens: changes.some((change) => change.class === 'widening'),
    types,
    extensions,
    edges,
    oauth,
    tokens,
    changes,
  };
}

/** @returns whether going from one version to the other is a major step. */
export function isMajorStep(from: string, to: string): boolean {
  const a = parseSemver(from);
  const b = parseSemver(to);
  if (!a || !b) return true;
  return a.major !== b.major || (a.major === 0 && a.minor !== b.minor);
}

function namesDelta(before: readonly string[], after: readonly string[]) {
  return {
    added: after.filter((name) => !before.includes(name)),
    removed: before.filter((name) => !after.includes(name)),
  };
}

const RANK = { none: 0, read: 1, write: 2 } as const;

/** Compares what the maps come to, not how they are written: a pattern may cover a name that another names. */
function levelsDelta(before: AxisPermissions = {}, after: AxisPermissions = {}) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const rankIn = (map: AxisPermissions, name: string) =>
    samplesOf(name).map((sample) => RANK[resolvePattern(map, sample) ?? 'none']);
  const delta = { added: [] as string[], removed: [] as string[], raised: [] as string[], lowered: [] as string[] };
  for (const name of names) {
    const old = rankIn(before, name);
    const fresh = rankIn(after, name);
    const rises = fresh.some((rank, index) => rank > (old[index] ?? 0));
    const falls = fresh.some((rank, index) => rank < (old[index] ?? 0));
    if (rises) (old.every((rank) => rank === 0) ? delta.added : delta.raised).push(name);
    else if (falls) (fresh.every((rank) => rank === 0) ? delta.removed : delta.lowered).push(name);
  }
  return delta;
}

/** Names that a key of a map stands for; no declared name can be the last of a pattern's. */
function samplesOf(key: string): string[] {
  if (key === '*') return ['z-sample.z-sample'];
  return key.endsWith('.*') ? [key.slice(0, -2), `${key.slice(0, -2)}.z-sample`] : [key];
}

function change(path: string, kind: ChangeClass, line: string): Change {
  return { path, class: kind, line };
}

function ofNames(
  path: string,
  delta: { added: string[]; removed: string[] },
  what: (name: string) => string,
): Change[] {
  return [
    ...delta.added.map((name) => change(path, 'widening', `It asks for ${what(name)}, which it did not before.`)),
    ...delta.removed.map((name) => change(path, 'narrowing', `It no longer asks for ${what(name)}.`)),
  ];
}

function ofLevels(path: string, delta: UpgradeDelta['edges'], what: (name: string) => string): Change[] {
  return [
    ...ofNames(path, delta, what),
    ...delta.raised.map((name) => change(path, 'widening', `It asks for more access to ${what(name)} than before.`)),
    ...delta.lowered.map((name) => change(path, 'narrowing', `It asks for less access to ${what(name)} than before.`)),
  ];
}

function versionChanges(from: IntegrationManifest, to: IntegrationManifest): Change[] {
  const changes = isMajorStep(from.version, to.version)
    ? [change('$.version', 'widening', `${to.version} is a new major version: it may work in another way.`)]
    : [];
  if (from.publisher !== to.publisher)
    changes.push(change('$.publisher', 'widening', `The publisher is ${to.publisher}; it was ${from.publisher}.`));
  return changes;
}

function leaseChanges(from: IntegrationManifest, to: IntegrationManifest): Change[] {
  return Object.entries(to.oauth_requirements).flatMap(([name, mode]) => {
    const before = from.oauth_requirements[name];
    if (before === undefined || before === mode) return [];
    return mode === 'leased'
      ? [
          change(
            '$.oauth_requirements',
            'widening',
            `It gets short-lived upstream tokens for ${name} in its own hands.`,
          ),
        ]
      : [
          change(
            '$.oauth_requirements',
            'narrowing',
            `It no longer gets upstream tokens for ${name} in its own hands.`,
          ),
        ];
  });
}

const WAKES = {
  schedule: 'on a schedule',
  webhook: 'when the upstream calls',
  'item-event': 'when items of its types change',
  manual: 'when a person asks',
} as const;

function triggerChanges(from: IntegrationManifest, to: IntegrationManifest): Change[] {
  const kindsOf = (manifest: IntegrationManifest) => [...new Set(manifest.triggers.map((trigger) => trigger.type))];
  const { added, removed } = namesDelta(kindsOf(from), kindsOf(to)) as { added: Wake[]; removed: Wake[] };
  const crons = (manifest: IntegrationManifest) =>
    manifest.triggers.flatMap((trigger) => (trigger.type === 'schedule' ? [trigger.config.cron] : [])).join(', ');
  const rescheduled = !added.includes('schedule') && !removed.includes('schedule') && crons(from) !== crons(to);
  return [
    // A person who may run it by hand is given something, not the connector.
    ...added.map((kind) =>
      change('$.triggers', kind === 'manual' ? 'same' : 'widening', `It runs ${WAKES[kind]} as well.`),
    ),
    ...removed.map((kind) => change('$.triggers', 'narrowing', `It no longer runs ${WAKES[kind]}.`)),
    ...(rescheduled
      ? [change('$.triggers', 'same', `Its schedule is ${crons(to)} (UTC); it was ${crons(from)}.`)]
      : []),
  ];
}

type Wake = keyof typeof WAKES;

function directionChanges({ direction: before }: IntegrationManifest, { direction }: IntegrationManifest): Change[] {
  if (before === direction) return [];
  const kind = before === 'both' ? 'narrowing' : 'widening';
  const meaning = {
    read: 'from the upstream into the space',
    write: 'from the space to the upstream',
    both: 'both ways',
  };
  return [change('$.direction', kind, `Data goes ${meaning[direction]}; it went ${meaning[before]}.`)];
}

function tombstoneChanges(from: IntegrationManifest, to: IntegrationManifest): Change[] {
  const before = from.bidirectional_handling.tombstone_mapping;
  const after = to.bidirectional_handling.tombstone_mapping;
  if (before === after) return [];
  const path = '$.bidirectional_handling.tombstone_mapping';
  if (after === 'state-trashed')
    return [change(path, 'widening', 'What is deleted upstream is moved to the trash here, without asking.')];
  return before === 'state-trashed'
    ? [change(path, 'narrowing', 'What is deleted upstream is no longer moved to the trash here without asking.')]
    : [change(path, 'same', `What is deleted upstream is met with ${after}; it was ${before}.`)];
}

/** What bears on nobody's trust, told all the same. */
function otherChanges(from: IntegrationManifest, to: IntegrationManifest): Change[] {
  const fields = ['description', 'runtime_compatibility', 'webhook_verification', 'configuration_schema'] as const;
  return fields
    .filter((field) => JSON.stringify(from[field]) !== JSON.stringify(to[field]))
    .map((field) => change(`$.${field}`, 'same', `Its ${field.replaceAll('_', ' ')} is another.`));
}
