import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { aManifest } from '../../test/a-manifest.ts';
import { compileManifestSchema } from '../../test/compile-manifest-schema.ts';
import { IntegrationManifestSchema } from './integration-manifest.ts';
import { MANIFEST_JSON_SCHEMA_PATH, manifestJsonSchema } from './manifest-json-schema.ts';

const artefactText = readFileSync(new URL(`../..${MANIFEST_JSON_SCHEMA_PATH}`, import.meta.url), 'utf8');
const artefact = JSON.parse(artefactText);
const ajvAccepts = compileManifestSchema(artefact);
const zodAccepts = (manifest: unknown) => IntegrationManifestSchema.safeParse(manifest).success;

describe('the JSON Schema artefact of the manifest', () => {
  it('is the one the Zod schema makes; run the build of this package when it is stale', () => {
    expect(artefactText).toBe(`${JSON.stringify(manifestJsonSchema(), null, 2)}\n`);
  });

  it('states a type, and so is not the empty schema that accepts everything', () => {
    expect(artefact.type).toBe('object');
    expect(artefact.additionalProperties).toBe(false);
    expect(Object.keys(artefact.properties)).toHaveLength(15);
  });

  it.each([
    ['42', 42],
    ['text', 'manifest'],
    ['null', null],
    ['true', true],
    ['a list', [aManifest()]],
    ['an empty object', {}],
  ])('refuses %s', (_what, value) => {
    expect(ajvAccepts(value)).toBe(false);
  });

  it('describes what an author writes: fields with a default may be left out', () => {
    expect(ajvAccepts(aManifest())).toBe(true);
    expect(artefact.required).not.toContain('permissions');
    expect(artefact.properties.bidirectional_handling.required ?? []).toEqual([]);
    expect(artefact.properties.bidirectional_handling.properties.echo_ttl_seconds.default).toBe(60);
  });

  it('is draft 2020-12, and valid against its own meta-schema', () => {
    expect(artefact.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(() => compileManifestSchema(artefact)).not.toThrow();
  });
});

describe('what JSON Schema cannot say, and Zod still refuses', () => {
  const description: string = artefact.description;

  it.each<[string, object, RegExp]>([
    [
      'a cron expression that never fires',
      { triggers: [{ type: 'schedule', config: { cron: '0 0 30 2 *' } }] },
      /cron expression .* fire at some time/,
    ],
    [
      'a cron expression that the scheduler cannot read',
      { triggers: [{ type: 'schedule', config: { cron: '5-1 * * * *' } }] },
      /readable by the scheduler/,
    ],
    [
      'a default that is none of the values',
      { configuration_schema: { mode: { type: 'string', description: 'Mode.', values: ['a'], default: 'b' } } },
      /default must be one of its values/,
    ],
    [
      'a default that is none of the target types',
      {
        configuration_schema: {
          to: { type: 'string', description: 'To.', from_target_types: true, default: 'core.x' },
        },
      },
      /from_target_types/,
    ],
  ])('%s', (_what, changes, told) => {
    const manifest = { ...aManifest(), ...changes };
    expect({ ajv: ajvAccepts(manifest), zod: zodAccepts(manifest) }).toEqual({ ajv: true, zod: false });
    expect(description).toMatch(told);
  });

  it('is told of the one key that goes the other way', () => {
    const manifest = { ...aManifest(), oauth_requirements: JSON.parse('{"__proto__": "proxy"}') };
    expect({ ajv: ajvAccepts(manifest), zod: zodAccepts(manifest) }).toEqual({ ajv: false, zod: true });
    expect(IntegrationManifestSchema.parse(manifest).oauth_requirements).toEqual({});
    expect(description).toMatch(/__proto__/);
  });

  it('is told in its description, together with what a server adds', () => {
    expect(description).toMatch(/tombstone_mapping defaults/);
    expect(description).toMatch(/target types must exist/);
    expect(description).toMatch(/manifest_schema_unsupported/);
  });
});
