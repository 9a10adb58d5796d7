import { z } from 'zod';
import { MANIFEST_SCHEMA_VERSION, ManifestFieldsSchema } from './integration-manifest.ts';
import { SINGLE_TRIGGERS } from './triggers.ts';

/** Where the server serves the artefact, and the path under which the package exports it. */
export const MANIFEST_JSON_SCHEMA_PATH = '/schema/integration-manifest.schema.json';

const NOT_EXPRESSIBLE = [
  'a cron expression must be readable by the scheduler and fire at some time (0 0 30 2 * never does, 5-1 is no range)',
  "a configuration field's default must be one of its values, or of target_types where from_target_types is set",
  'bidirectional_handling.tombstone_mapping defaults to state-trashed when direction is read and to prompt-user otherwise',
  'target types must exist in the space at install',
  'a key named __proto__ in a map is refused here, and dropped by the server',
  'a manifest_schema_version of a higher major is refused with the code manifest_schema_unsupported, before anything else',
];

/**
 * The manifest contract as JSON Schema (draft 2020-12), input side: what an author may write.
 * Made from the Zod schema; the rules that span fields are added where JSON Schema can say them, and listed in the
 * description where it cannot.
 */
export function manifestJsonSchema(): Record<string, unknown> {
  const { $schema, ...fields } = z.toJSONSchema(ManifestFieldsSchema, { io: 'input' }) as Record<string, unknown>;
  return {
    $schema,
    $id: 'urn:marfa:schema:integration-manifest:1',
    title: 'Marfa integration manifest',
    $comment: `Contract version ${MANIFEST_SCHEMA_VERSION}. Made by the build of @withmarfa/shared; do not edit.`,
    description: `The manifest of a Marfa integration. Not expressible in JSON Schema, and checked by the server as well: ${NOT_EXPRESSIBLE.join('; ')}.`,
    ...fields,
    allOf: [...atMostOneOfEach(), oneKindOfCredential()],
  };
}

function atMostOneOfEach() {
  return SINGLE_TRIGGERS.map((type) => ({
    properties: {
      triggers: {
        contains: { type: 'object', properties: { type: { const: type } }, required: ['type'] },
        minContains: 0,
        maxContains: 1,
      },
    },
  }));
}

function oneKindOfCredential() {
  const asked = { type: 'object', minProperties: 1 };
  return {
    not: {
      properties: { oauth_requirements: asked, token_requirements: asked },
      required: ['oauth_requirements', 'token_requirements'],
    },
  };
}
