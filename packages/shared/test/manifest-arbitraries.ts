import fc from 'fast-check';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

const segment = fc.stringMatching(/^[a-z][a-z0-9_-]{0,6}$/);
const dotted = (least: number) =>
  fc.array(segment, { minLength: least, maxLength: 4 }).map((segments) => segments.join('.'));
const publisherName = dotted(2).map((name) => `x${name}`);
const targetType = fc.oneof(publisherName, fc.constantFrom('core.note', 'core.bookmark', 'core.media.film', 'user.a'));
const pattern = fc.oneof(
  dotted(1),
  dotted(1).map((name) => `${name}.*`),
  fc.constant('*'),
);
const versionTail = fc.constantFrom('', '-rc.1', '-0.a-b', '+build.5', '-alpha+1');
const version = fc
  .tuple(fc.nat(30), fc.nat(30), fc.nat(30), versionTail)
  .map(([major, minor, patch, tail]) => `${major}.${minor}.${patch}${tail}`);
const line = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' });

// Every day of the month and of the week comes round, so none of these can be one that never fires.
const cron = fc
  .tuple(
    fc.constantFrom('0', '*/5', '7,37', '10-20/3', '05', '*'),
    fc.constantFrom('*', '3', '*/3', '8-17', '0,12'),
    fc.constantFrom('*', '1', '1,15', '28'),
    fc.constantFrom('*', 'jan', 'MAR-may', '1-6'),
    fc.constantFrom('*', 'mon', '1-5', 'SUN', '7'),
  )
  .map((fields) => fields.join(' '));
const trigger = (type: string): fc.Arbitrary<Json> => fc.constant({ type });
const schedule: fc.Arbitrary<Json> = cron.map((expression) => ({ type: 'schedule', config: { cron: expression } }));
const triggers = fc
  .tuple(
    fc.array(schedule, { maxLength: 3 }),
    fc.option(trigger('webhook')),
    fc.option(trigger('item-event')),
    trigger('manual'),
  )
  .map(([schedules, ...singles]) => [...schedules, ...singles.filter((single) => single !== null)]);

const capability = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,10}$/);
const seconds = fc.integer({ min: 1, max: 86_400 });

const described = { description: line };
const optionalFlag = { required: fc.boolean() };
const texts = fc.array(fc.string({ maxLength: 8 }), { minLength: 1, maxLength: 4 });
const numbers = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 4 });

/** Fields never carry a default beside a closed list of values: that rule is one JSON Schema cannot say. */
const field = fc.oneof(
  anObject({ type: fc.constant('string'), ...described }, { ...optionalFlag, values: texts }),
  anObject({ type: fc.constant('string'), ...described }, { ...optionalFlag, default: fc.string() }),
  anObject({ type: fc.constant('string'), ...described }, { from_target_types: fc.boolean() }),
  anObject({ type: fc.constant('number'), ...described }, { ...optionalFlag, values: numbers }),
  anObject({ type: fc.constant('number'), ...described }, { ...optionalFlag, default: fc.integer() }),
  anObject({ type: fc.constant('boolean'), ...described }, { ...optionalFlag, default: fc.boolean() }),
  anObject({ type: fc.constant('string_array'), ...described }, { ...optionalFlag, values: texts }),
  anObject({ type: fc.constant('string_array'), ...described }, { ...optionalFlag, default: texts }),
);
const configuration = fc
  .uniqueArray(fc.tuple(fc.stringMatching(/^[a-z][a-z0-9_]{0,12}$/), field), { maxLength: 4, selector: ([key]) => key })
  .map((entries) => Object.fromEntries(entries));

function mapOf(key: fc.Arbitrary<string>, value: fc.Arbitrary<Json>): fc.Arbitrary<JsonObject> {
  return fc
    .uniqueArray(fc.tuple(key, value), { maxLength: 3, selector: ([name]) => name })
    .map((entries) => Object.fromEntries(entries));
}

function anObject(
  required: Record<string, fc.Arbitrary<Json>>,
  optional: Record<string, fc.Arbitrary<Json>> = {},
): fc.Arbitrary<JsonObject> {
  return fc
    .record({ ...required, ...optional }, { requiredKeys: Object.keys(required) })
    .map((record) => JSON.parse(JSON.stringify(record)) as JsonObject);
}

const accessMap = mapOf(pattern, fc.constantFrom('read', 'write'));
const credentials = fc.oneof(
  anObject({ oauth_requirements: mapOf(capability, fc.constantFrom('proxy', 'leased')) }),
  anObject({ oauth_requirements: fc.constant({}), token_requirements: mapOf(capability, fc.constant('required')) }),
);

/** Manifests that keep every rule. */
export const validManifest: fc.Arbitrary<JsonObject> = fc
  .tuple(
    anObject(
      {
        name: publisherName,
        version,
        publisher: line,
        description: line,
        manifest_schema_version: fc.constantFrom('1.0.0', '1.2.0', '1.9.4', '0.3.0', '1.0.0-rc.1'),
        direction: fc.constantFrom('read', 'write', 'both'),
        target_types: fc.array(targetType, { minLength: 1, maxLength: 3 }),
        triggers,
        runtime_compatibility: fc.array(fc.constantFrom('hosted', 'self-hosted', 'local'), {
          minLength: 1,
          maxLength: 3,
        }),
        bidirectional_handling: anObject(
          {},
          {
            echo_ttl_seconds: seconds,
            lag_window_seconds: seconds,
            tombstone_mapping: fc.constantFrom('state-trashed', 'prompt-user', 'ignore'),
            partial_write_mode: fc.constantFrom('all-or-nothing', 'accept-partial'),
          },
        ),
        webhook_verification: anObject({
          method: fc.constantFrom('hmac-sha256', 'slack', 'stripe', 'github', 'google-channel', 'cloudflare-email'),
        }),
      },
      { permissions: anObject({}, { extension: accessMap, edge: accessMap }), configuration_schema: configuration },
    ),
    credentials,
  )
  .map(([fields, credential]) => ({ ...fields, ...credential }));
