import { describe, expect, it } from 'vitest';
import { aManifest } from '../../test/a-manifest.ts';
import { type Issue, MarfaError } from '../errors/marfa-error.ts';
import { parseManifest } from './parse-manifest.ts';

function refusalOf(manifest: unknown): { code: string; issues: Issue[]; message: string } {
  try {
    parseManifest(manifest);
  } catch (error) {
    if (MarfaError.is(error))
      return { code: error.code, issues: (error.details?.issues ?? []) as Issue[], message: error.message };
    throw error;
  }
  throw new Error('the manifest was accepted');
}

const faultsOf = (changes: object) => refusalOf({ ...aManifest(), ...changes }).issues;
const pathsOf = (changes: object) => faultsOf(changes).map((issue) => issue.path);

const aField = { type: 'string', description: 'Feed address to poll.' };

describe('a manifest', () => {
  it('is accepted as the contract’s example, with every part given', () => {
    const full = aManifest({
      bidirectional_handling: {
        echo_ttl_seconds: 45,
        lag_window_seconds: 45,
        tombstone_mapping: 'ignore',
        partial_write_mode: 'accept-partial',
      },
      permissions: { extension: { 'connection.runtime': 'write' }, edge: {} },
      configuration_schema: {
        bulletin_url: { type: 'string', description: 'Feed address to poll.', required: true },
        pages: { type: 'number', description: 'How many pages.', values: [1, 2], default: 1 },
        quiet: { type: 'boolean', description: 'Whether to keep still.', default: false },
        boards: { type: 'string_array', description: 'Boards to follow.', from_target_types: true },
      },
    });
    expect(parseManifest(full)).toEqual(full);
  });

  it('is given every default that the contract names', () => {
    const { bidirectional_handling, permissions, token_requirements, configuration_schema } = parseManifest(
      aManifest(),
    );
    expect(bidirectional_handling).toEqual({
      echo_ttl_seconds: 60,
      lag_window_seconds: 60,
      tombstone_mapping: 'state-trashed',
      partial_write_mode: 'all-or-nothing',
    });
    expect(permissions).toEqual({});
    expect(token_requirements).toBeUndefined();
    expect(configuration_schema).toBeUndefined();
  });

  it.each([
    ['read', 'state-trashed'],
    ['write', 'prompt-user'],
    ['both', 'prompt-user'],
  ] as const)('with direction %s maps an upstream deletion to %s by default', (direction, expected) => {
    expect(parseManifest(aManifest({ direction })).bidirectional_handling.tombstone_mapping).toBe(expected);
  });

  it('keeps a tombstone mapping that the author chose', () => {
    const chosen = aManifest({ direction: 'both', bidirectional_handling: { tombstone_mapping: 'ignore' } });
    expect(parseManifest(chosen).bidirectional_handling.tombstone_mapping).toBe('ignore');
  });

  it('may declare several schedules, and each other trigger once', () => {
    const triggers = [
      { type: 'schedule', config: { cron: '0 * * * *' } },
      { type: 'schedule', config: { cron: '30 3 * * *' } },
      { type: 'webhook' },
      { type: 'item-event' },
      { type: 'manual' },
    ] as const;
    expect(parseManifest(aManifest({ triggers: [...triggers] })).triggers).toEqual(triggers);
  });

  it('is left unchanged by reading it', () => {
    const manifest = aManifest();
    const before = structuredClone(manifest);
    parseManifest(manifest);
    expect(manifest).toEqual(before);
  });
});

describe('each field of a manifest', () => {
  const required = [
    'name',
    'version',
    'publisher',
    'description',
    'manifest_schema_version',
    'direction',
    'target_types',
    'triggers',
    'runtime_compatibility',
    'bidirectional_handling',
    'oauth_requirements',
    'webhook_verification',
  ];
  it.each(required.map((field) => [field]))('must be there: %s', (field) => {
    expect(pathsOf({ [field]: undefined })).toEqual([`$.${field}`]);
  });

  const everyField = [...required, 'token_requirements', 'permissions', 'configuration_schema'];
  it.each(everyField.map((field) => [field]))('cannot be null: %s', (field) => {
    expect(pathsOf({ [field]: null })).toEqual([`$.${field}`]);
  });
  it.each(everyField.map((field) => [field]))('cannot be a number: %s', (field) => {
    expect(pathsOf({ [field]: 7 })).toEqual([`$.${field}`]);
  });

  it.each<[string, object, string]>([
    ['a name of one segment', { name: 'tidewatch' }, '$.name'],
    ['a name in capitals', { name: 'Acme.Tides' }, '$.name'],
    ['a name under a reserved root', { name: 'core.tides' }, '$.name'],
    ['a name with a slash', { name: 'acme/tides' }, '$.name'],
    ['a version that is a range', { version: '^1.0.0' }, '$.version'],
    ['a version of two parts', { version: '1.0' }, '$.version'],
    ['an empty publisher', { publisher: '' }, '$.publisher'],
    ['an endless publisher', { publisher: 'x'.repeat(2001) }, '$.publisher'],
    ['an empty description', { description: '' }, '$.description'],
    ['a schema version that is none', { manifest_schema_version: '1' }, '$.manifest_schema_version'],
    ['an unknown direction', { direction: 'inbound' }, '$.direction'],
    ['no target type', { target_types: [] }, '$.target_types'],
    ['a target type that is none', { target_types: ['core.note', 'Bookmark'] }, '$.target_types[1]'],
    ['a platform row as target type', { target_types: ['system.credential'] }, '$.target_types[0]'],
    ['no trigger', { triggers: [] }, '$.triggers'],
    ['an unknown trigger', { triggers: [{ type: 'cron' }] }, '$.triggers[0].type'],
    ['a trigger as text', { triggers: ['manual'] }, '$.triggers[0]'],
    ['a schedule without its time', { triggers: [{ type: 'schedule' }] }, '$.triggers[0].config'],
    ['a schedule without a cron', { triggers: [{ type: 'schedule', config: {} }] }, '$.triggers[0].config.cron'],
    [
      'a cron of six fields',
      { triggers: [{ type: 'schedule', config: { cron: '0 * * * * *' } }] },
      '$.triggers[0].config.cron',
    ],
    [
      'a cron that never fires',
      { triggers: [{ type: 'schedule', config: { cron: '0 0 30 2 *' } }] },
      '$.triggers[0].config.cron',
    ],
    ['a manual trigger twice', { triggers: [{ type: 'manual' }, { type: 'manual' }] }, '$.triggers[1]'],
    [
      'a webhook trigger twice',
      { triggers: [{ type: 'webhook' }, { type: 'manual' }, { type: 'webhook' }] },
      '$.triggers[2]',
    ],
    ['an item-event trigger twice', { triggers: [{ type: 'item-event' }, { type: 'item-event' }] }, '$.triggers[1]'],
    ['no runtime tier', { runtime_compatibility: [] }, '$.runtime_compatibility'],
    ['an unknown runtime tier', { runtime_compatibility: ['cloud'] }, '$.runtime_compatibility[0]'],
    [
      'an echo window of nothing',
      { bidirectional_handling: { echo_ttl_seconds: 0 } },
      '$.bidirectional_handling.echo_ttl_seconds',
    ],
    [
      'a lag window of half a second',
      { bidirectional_handling: { lag_window_seconds: 0.5 } },
      '$.bidirectional_handling.lag_window_seconds',
    ],
    [
      'a lag window as text',
      { bidirectional_handling: { lag_window_seconds: '60' } },
      '$.bidirectional_handling.lag_window_seconds',
    ],
    [
      'an unknown tombstone mapping',
      { bidirectional_handling: { tombstone_mapping: 'delete' } },
      '$.bidirectional_handling.tombstone_mapping',
    ],
    [
      'an unknown partial write mode',
      { bidirectional_handling: { partial_write_mode: 'some' } },
      '$.bidirectional_handling.partial_write_mode',
    ],
    ['an unknown OAuth pattern', { oauth_requirements: { calendar: 'direct' } }, '$.oauth_requirements.calendar'],
    [
      'a capability that is no name',
      { oauth_requirements: { 'The Calendar': 'proxy' } },
      "$.oauth_requirements['The Calendar']",
    ],
    [
      'a token requirement that is not required',
      { token_requirements: { tasks: 'optional' } },
      '$.token_requirements.tasks',
    ],
    [
      'OAuth and a token together',
      { oauth_requirements: { a: 'proxy' }, token_requirements: { b: 'required' } },
      '$.token_requirements',
    ],
    ['an unknown webhook method', { webhook_verification: { method: 'hmac-md5' } }, '$.webhook_verification.method'],
    ['a webhook method left out', { webhook_verification: {} }, '$.webhook_verification.method'],
    [
      'a permission level that is none',
      { permissions: { edge: { 'parent-of': 'none' } } },
      "$.permissions.edge['parent-of']",
    ],
    [
      'an extension pattern that is none',
      { permissions: { extension: { 'a.*.b': 'read' } } },
      "$.permissions.extension['a.*.b']",
    ],
    ['a setting key in capitals', { configuration_schema: { FeedUrl: aField } }, '$.configuration_schema.FeedUrl'],
    [
      'a setting that belongs to the platform',
      { configuration_schema: { upstream_base_url_override: aField } },
      '$.configuration_schema.upstream_base_url_override',
    ],
    [
      'a setting of unknown type',
      { configuration_schema: { url: { ...aField, type: 'url' } } },
      '$.configuration_schema.url.type',
    ],
    [
      'a setting without a description',
      { configuration_schema: { url: { type: 'string' } } },
      '$.configuration_schema.url.description',
    ],
    [
      'a setting with an empty description',
      { configuration_schema: { url: { type: 'string', description: '' } } },
      '$.configuration_schema.url.description',
    ],
    [
      'a setting with no values to choose from',
      { configuration_schema: { url: { ...aField, values: [] } } },
      '$.configuration_schema.url.values',
    ],
    [
      'a default of another type',
      { configuration_schema: { url: { ...aField, default: 4 } } },
      '$.configuration_schema.url.default',
    ],
    [
      'a default that is none of the values',
      { configuration_schema: { url: { ...aField, values: ['a'], default: 'b' } } },
      '$.configuration_schema.url.default',
    ],
    [
      'a default that is none of the target types',
      { configuration_schema: { url: { ...aField, from_target_types: true, default: 'core.note' } } },
      '$.configuration_schema.url.default',
    ],
    [
      'values on a switch',
      { configuration_schema: { on: { type: 'boolean', description: 'On?', values: [true] } } },
      '$.configuration_schema.on.values',
    ],
  ])('is refused with %s', (_what, changes, path) => {
    expect(pathsOf(changes)).toEqual([path]);
  });

  it.each<[string, object, string]>([
    ['the manifest', { colour: 'blue' }, '$.colour'],
    ['a misspelt field', { runtime_compatability: ['local'] }, '$.runtime_compatability'],
    ['a trigger', { triggers: [{ type: 'manual', config: {} }] }, '$.triggers[0].config'],
    [
      'a schedule',
      { triggers: [{ type: 'schedule', config: { cron: '0 * * * *' }, name: 'x' }] },
      '$.triggers[0].name',
    ],
    [
      'a schedule’s configuration',
      { triggers: [{ type: 'schedule', config: { cron: '0 * * * *', timezone: 'UTC' } }] },
      '$.triggers[0].config.timezone',
    ],
    ['bidirectional handling', { bidirectional_handling: { echo_ttl: 60 } }, '$.bidirectional_handling.echo_ttl'],
    [
      'webhook verification',
      { webhook_verification: { method: 'slack', secret: 'x' } },
      '$.webhook_verification.secret',
    ],
    ['permissions', { permissions: { type: {} } }, '$.permissions.type'],
    ['a setting', { configuration_schema: { url: { ...aField, label: 'URL' } } }, '$.configuration_schema.url.label'],
    ['a name that needs quoting', { 'no such-field': 1 }, "$['no such-field']"],
  ])('cannot have an unknown neighbour in %s', (_where, changes, path) => {
    expect(faultsOf(changes)).toEqual([{ path, message: 'unknown key; remove it' }]);
  });
});

describe('the refusal of a manifest', () => {
  it('tells every fault at once, each with its place and what would be right', () => {
    const { code, issues, message } = refusalOf({
      ...aManifest(),
      name: 'Tide Watch',
      version: 'latest',
      direction: 'inbound',
      target_types: ['core.bookmark', 'nonsense'],
      triggers: [{ type: 'schedule', config: { cron: 'hourly' } }, { type: 'poll' }],
      bidirectional_handling: { echo_ttl_seconds: -1 },
      colour: 'blue',
    });
    expect(code).toBe('validation_error');
    expect(issues.map((issue) => issue.path).sort()).toEqual([
      '$.bidirectional_handling.echo_ttl_seconds',
      '$.colour',
      '$.direction',
      '$.name',
      '$.target_types[1]',
      '$.triggers[0].config.cron',
      '$.triggers[1].type',
      '$.version',
    ]);
    expect(message).toContain('8 faults');
    for (const issue of issues) expect(issue.message.length).toBeGreaterThan(5);
  });

  it('tells the rules that span fields together with the faults of single texts', () => {
    const { issues } = refusalOf({
      ...aManifest({ triggers: [{ type: 'manual' }, { type: 'manual' }] }),
      name: 'Tide Watch',
      oauth_requirements: { calendar: 'proxy' },
      token_requirements: { tasks: 'required' },
    });
    expect(issues.map((issue) => issue.path).sort()).toEqual(['$.name', '$.token_requirements', '$.triggers[1]']);
  });

  it('tells the rules that span fields together with fields of the wrong type', () => {
    const { issues } = refusalOf({
      ...aManifest({ triggers: [{ type: 'manual' }, { type: 'manual' }] }),
      direction: 5,
      target_types: 'core.note',
      oauth_requirements: { calendar: 'proxy' },
      token_requirements: { tasks: 'required' },
      configuration_schema: { mode: { type: 'string', description: 'Mode.', values: ['a'], default: 'b' }, bad: 7 },
    });
    expect(issues.map((issue) => issue.path).sort()).toEqual([
      '$.configuration_schema.bad',
      '$.configuration_schema.mode.default',
      '$.direction',
      '$.target_types',
      '$.token_requirements',
      '$.triggers[1]',
    ]);
  });

  it.each([
    ['a number', 42],
    ['text', '{}'],
    ['null', null],
    ['nothing', undefined],
    ['a list', [aManifest()]],
    ['true', true],
  ])('names the whole when it is %s', (_what, input) => {
    const { code, issues } = refusalOf(input);
    expect(code).toBe('validation_error');
    expect(issues.map((issue) => issue.path)).toEqual(['$']);
  });

  it('lists every missing field of an empty object', () => {
    expect(refusalOf({}).issues).toHaveLength(12);
  });
});

describe('the schema-version gate', () => {
  it('refuses a higher major with its own code, before it judges anything else', () => {
    const { code, issues, message } = refusalOf({
      manifest_schema_version: '2.0.0',
      name: 7,
      something_of_the_future: true,
    });
    expect(code).toBe('manifest_schema_unsupported');
    expect(issues).toEqual([]);
    expect(message).toMatch(/2\.0\.0.*major 1/);
  });

  it.each(['1.0.0', '1.2.0', '1.99.0', '1.3.0-rc.1', '0.9.0'])('accepts %s', (manifest_schema_version) => {
    expect(parseManifest(aManifest({ manifest_schema_version })).manifest_schema_version).toBe(manifest_schema_version);
  });

  it.each(['2.0.0', '2.0.0-alpha', '10.0.0', '99999999999999999999.0.0'])('refuses %s', (manifest_schema_version) => {
    expect(refusalOf(aManifest({ manifest_schema_version })).code).toBe('manifest_schema_unsupported');
  });

  it.each(['2', 'v2.0.0', '02.0.0', ''])('treats %j as a faulty field, not as a future contract', (text) => {
    expect(refusalOf({ ...aManifest(), manifest_schema_version: text }).issues.map((issue) => issue.path)).toEqual([
      '$.manifest_schema_version',
    ]);
  });
});
