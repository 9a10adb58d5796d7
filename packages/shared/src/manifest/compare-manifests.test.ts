import { describe, expect, it } from 'vitest';
import { aManifest } from '../../test/a-manifest.ts';
import { compareManifests, isMajorStep } from './compare-manifests.ts';
import { parseManifest } from './parse-manifest.ts';

const base = {
  ...aManifest(),
  version: '1.2.0',
  permissions: {},
  oauth_requirements: {},
  token_requirements: undefined,
};
const compare = (from: Record<string, unknown>, to: Record<string, unknown>) =>
  compareManifests(parseManifest({ ...base, ...from }), parseManifest({ ...base, version: '1.3.0', ...to }));
const classes = (from: Record<string, unknown>, to: Record<string, unknown>) =>
  compare(from, to).changes.map((change) => `${change.class} ${change.path}`);

describe('Comparing two versions of a manifest', () => {
  it('finds nothing where nothing changed', () => {
    expect(compare({}, {})).toMatchObject({ widens: false, changes: [] });
  });

  it.each([
    [
      'a further target type',
      { target_types: ['core.note'] },
      { target_types: ['core.note', 'core.task'] },
      '$.target_types',
    ],
    [
      'a subtype of one that it had',
      { target_types: ['core.media'] },
      { target_types: ['core.media', 'core.media.book'] },
      '$.target_types',
    ],
    ['a further extension', {}, { permissions: { extension: { 'acme.note': 'read' } } }, '$.permissions.extension'],
    [
      'more access to an edge type',
      { permissions: { edge: { about: 'read' } } },
      { permissions: { edge: { about: 'write' } } },
      '$.permissions.edge',
    ],
    [
      'a wider pattern',
      { permissions: { edge: { 'acme.a': 'write' } } },
      { permissions: { edge: { 'acme.*': 'write' } } },
      '$.permissions.edge',
    ],
    [
      'the end of an exception in a pattern',
      { permissions: { extension: { 'acme.*': 'write', 'acme.secret': 'read' } } },
      { permissions: { extension: { 'acme.*': 'write' } } },
      '$.permissions.extension',
    ],
    ['an upstream account', {}, { oauth_requirements: { mail: 'proxy' } }, '$.oauth_requirements'],
    [
      'tokens in its own hands',
      { oauth_requirements: { mail: 'proxy' } },
      { oauth_requirements: { mail: 'leased' } },
      '$.oauth_requirements',
    ],
    ['an API token', {}, { token_requirements: { tasks: 'required' } }, '$.token_requirements'],
    [
      'a further trigger',
      { triggers: [{ type: 'manual' }] },
      { triggers: [{ type: 'manual' }, { type: 'item-event' }] },
      '$.triggers',
    ],
    [
      'data the other way as well',
      { direction: 'read', bidirectional_handling: { tombstone_mapping: 'ignore' } },
      { direction: 'both', bidirectional_handling: { tombstone_mapping: 'ignore' } },
      '$.direction',
    ],
    [
      'trashing without asking',
      { bidirectional_handling: { tombstone_mapping: 'prompt-user' } },
      { bidirectional_handling: { tombstone_mapping: 'state-trashed' } },
      '$.bidirectional_handling.tombstone_mapping',
    ],
    ['another publisher', {}, { publisher: 'Somebody else' }, '$.publisher'],
    ['a new major version', {}, { version: '2.0.0' }, '$.version'],
  ])('calls %s widening, and the way back narrowing or the same', (_what, from, to, path) => {
    expect(compare(from, to).widens).toBe(true);
    expect(classes(from, to)).toContain(`widening ${path}`);
    if (path === '$.version' || path === '$.publisher') return;
    expect(compare(to, from).widens).toBe(false);
    expect(classes(to, from)).toContain(`narrowing ${path}`);
  });

  it('looks at what maps come to, not at how they are written', () => {
    const wide = { permissions: { edge: { 'acme.*': 'write' } } };
    expect(compare(wide, { permissions: { edge: { 'acme.*': 'write', 'acme.a': 'write' } } }).changes).toEqual([]);
    expect(classes({ permissions: { edge: { '*': 'write' } } }, wide)).toEqual(['narrowing $.permissions.edge']);
  });

  it('tells what bears on nobody’s trust as the same', () => {
    const triggers = (cron: string) => ({ triggers: [{ type: 'schedule', config: { cron } }] });
    expect(classes({ ...triggers('0 * * * *') }, { ...triggers('5 * * * *'), description: 'Other words.' })).toEqual([
      'same $.triggers',
      'same $.description',
    ]);
  });

  it.each([
    ['1.2.0', '1.9.9', false],
    ['1.2.0', '2.0.0', true],
    ['0.2.0', '0.2.9', false],
    ['0.2.0', '0.3.0', true],
    ['0.9.0', '1.0.0', true],
  ])('from %s to %s is a major step: %s', (from, to, expected) => {
    expect(isMajorStep(from, to)).toBe(expected);
  });
});
