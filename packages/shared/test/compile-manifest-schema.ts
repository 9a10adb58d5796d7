import { manifestJsonSchema } from '@withmarfa/shared';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** @returns a judge of manifests that knows nothing but the JSON Schema artefact. */
export function compileManifestSchema(schema: object = manifestJsonSchema()): (manifest: unknown) => boolean {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  const validate = ajv.compile(schema);
  return (manifest) => validate(manifest) === true;
}
