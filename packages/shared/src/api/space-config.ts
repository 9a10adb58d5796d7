import { z } from 'zod';
import { NamePatternSchema } from '../identifiers/type-identifier.ts';
import { defineEndpoint } from './define-endpoint.ts';

const TypePatternsSchema = z.array(NamePatternSchema).max(200, 'at most 200 types').default([]);
const SourcesSchema = z
  .array(z.string().min(1, 'expected a source').max(200, 'at most 200 characters'))
  .max(200, 'at most 200 sources')
  .default([]);
const RetentionDaysSchema = z.int('expected a whole number of days').min(0, 'expected 0 or more').max(36_500);

/** Steps that a chain of item events may take, in a space that says nothing else. */
export const HOP_BUDGET = { min: 1, default: 5, max: 20 } as const;

/**
 * The levers of a space. Types are named as in permissions: exact, `x.*` or `*`; `system.*` rows are never meant.
 * What is left out is off, or as the server is set up.
 */
export const SpaceConfigSchema = z.strictObject({
  enforcement: z
    .strictObject({
      /** Properties that these types do not declare are refused instead of kept. */
      strict_mode: z.strictObject({ types: TypePatternsSchema }).optional(),
      /** Items of these types are written by these sources alone. */
      source_allowlist: z.strictObject({ types: TypePatternsSchema, sources: SourcesSchema }).optional(),
      /** Items of these types are not written by these sources. */
      source_filter: z.strictObject({ types: TypePatternsSchema, deny_sources: SourcesSchema }).optional(),
    })
    .default({}),
  /** Days that things are kept; 0 keeps them for ever. */
  retention: z
    .strictObject({
      trash_retention_days: RetentionDaysSchema.optional(),
      audit_retention_days: RetentionDaysSchema.optional(),
    })
    .default({}),
  hop_budget: z
    .int('expected a whole number')
    .min(HOP_BUDGET.min, `expected ${HOP_BUDGET.min} to ${HOP_BUDGET.max}`)
    .max(HOP_BUDGET.max, `expected ${HOP_BUDGET.min} to ${HOP_BUDGET.max}`)
    .optional(),
});
export type SpaceConfig = z.output<typeof SpaceConfigSchema>;

export const getSpaceConfig = defineEndpoint({
  method: 'GET',
  path: '/tenants/current/config',
  summary: 'Shows the configuration of the space.',
  audience: 'space-admin',
  responses: { 200: SpaceConfigSchema },
  errors: ['forbidden'],
});

export const putSpaceConfig = defineEndpoint({
  method: 'PUT',
  path: '/tenants/current/config',
  summary: 'Replaces the configuration of the space; what is left out goes back to its default.',
  audience: 'space-admin',
  body: SpaceConfigSchema,
  responses: { 200: SpaceConfigSchema },
  errors: ['validation_error', 'forbidden'],
});
