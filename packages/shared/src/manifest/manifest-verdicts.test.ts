import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileManifestSchema } from '../../test/compile-manifest-schema.ts';
import { type JsonObject, validManifest } from '../../test/manifest-arbitraries.ts';
import { mutate, mutation } from '../../test/mutate-json.ts';
import { IntegrationManifestSchema } from './integration-manifest.ts';

const SEED = 20260216;
const PATIENCE_MS = 120_000;
const ajvAccepts = compileManifestSchema();
const zodAccepts = (manifest: unknown) => IntegrationManifestSchema.safeParse(manifest).success;

const mutated = fc
  .tuple(validManifest, fc.array(mutation, { minLength: 1, maxLength: 2 }))
  .map(([manifest, mutations]) => mutations.reduce<JsonObject>(mutate, manifest))
  .filter((manifest) => !isDocumentedException(manifest));

/** The rules listed in the artefact's description, on manifests that a mutation pushed into them. */
function isDocumentedException(manifest: unknown): boolean {
  const told = IntegrationManifestSchema.safeParse(manifest).error?.issues ?? [];
  const unsayable = told.filter(
    ({ path, message }) => path.at(-1) === 'default' && message.startsWith('expected one of'),
  );
  return unsayable.length > 0;
}

/** Compares verdicts over generated manifests. @returns the share that both accept. */
function acceptedShare(manifests: fc.Arbitrary<JsonObject>, numRuns: number): number {
  let accepted = 0;
  fc.assert(
    fc.property(manifests, (manifest) => {
      const verdicts = { zod: zodAccepts(manifest), ajv: ajvAccepts(manifest) };
      expect(verdicts, JSON.stringify(manifest)).toEqual({ zod: verdicts.ajv, ajv: verdicts.ajv });
      if (verdicts.zod) accepted += 1;
    }),
    { seed: SEED, numRuns },
  );
  return accepted / numRuns;
}

describe(`Zod and ajv, over generated manifests (seed ${SEED})`, () => {
  it(
    'accept the same 400 good ones',
    () => {
      expect(acceptedShare(validManifest, 400)).toBe(1);
    },
    PATIENCE_MS,
  );

  it(
    'agree on 3,000 changed ones, of which many stay good and many do not',
    () => {
      const share = acceptedShare(mutated, 3_000);
      expect(share).toBeGreaterThan(0.1);
      expect(share).toBeLessThan(0.6);
    },
    PATIENCE_MS,
  );
});
