import { z } from 'zod';
import { TypeIdentifierSchema } from '../identifiers/type-identifier.ts';
import {
  IdSchema,
  PropertiesSchema,
  StateSchema,
  TagSchema,
  TierSchema,
  TimestampSchema,
} from '../items/primitives.ts';
import { defineEndpoint } from './define-endpoint.ts';
import { FilterSchema } from './items.ts';

/** The most items one bulk action may be allowed to change. */
export const MAX_BULK_ACTION_ITEMS = 50_000;
/** Ids that one bulk action may name. */
const MAX_NAMED_IDS = 5000;

const tags = z.array(TagSchema).min(1, 'expected at least one tag');
const selection = {
  filter: FilterSchema.optional(),
  type: TypeIdentifierSchema.optional(),
  state: StateSchema.default('active'),
  source: z.string().max(200).optional(),
  tier: z.enum(['library', 'feed', 'all']).default('all'),
  tags: tags.max(20, 'at most 20 tags').optional(),
  ids: z
    .array(IdSchema)
    .min(1, 'expected at least one id')
    .max(MAX_NAMED_IDS, `at most ${MAX_NAMED_IDS} ids`)
    .optional(),
  dry_run: z.boolean().default(false),
  max_items: z.int().min(1).max(MAX_BULK_ACTION_ITEMS, `at most ${MAX_BULK_ACTION_ITEMS}`).default(10_000),
};
const changedTags = tags.max(200, 'at most 200 tags').optional();

/**
 * Which items (`filter` and what a list is narrowed by; at least one of them) and what becomes of each. `state` names the
 * items to take, `to_state` and `to_tier` where they go.
 */
export const BulkActionInputSchema = z
  .discriminatedUnion('action', [
    z.strictObject({ action: z.literal('transition'), to_state: StateSchema, ...selection }),
    z.strictObject({
      action: z.literal('purge'),
      confirm: z.literal('PURGE', 'expected "PURGE": what is purged cannot be brought back'),
      ...selection,
    }),
    z.strictObject({ action: z.literal('update_tags'), add_tags: changedTags, remove_tags: changedTags, ...selection }),
    z.strictObject({ action: z.literal('update_tier'), to_tier: TierSchema, ...selection }),
    z.strictObject({ action: z.literal('update_properties'), properties: PropertiesSchema, ...selection }),
    z.strictObject({ action: z.literal('update_timestamp'), timestamp: TimestampSchema, ...selection }),
  ])
  .superRefine((input, context) => {
    const { filter, type, source, tier, tags: wanted, ids } = input;
    if (![filter, type, source, wanted, ids].some((part) => part !== undefined) && tier === 'all') {
      const message = 'say which items: filter, type, source, tier, tags or ids';
      context.addIssue({ code: 'custom', path: ['filter'], message });
    }
    if (input.action === 'update_tags' && !input.add_tags && !input.remove_tags)
      context.addIssue({ code: 'custom', path: ['add_tags'], message: 'expected add_tags, remove_tags or both' });
  });
export type BulkActionInput = z.output<typeof BulkActionInputSchema>;

export const BulkActionResultSchema = z.object({
  action: z.string(),
  matched: z.int(),
  succeeded: z.int(),
  errored: z.int(),
  dry_run: z.boolean(),
  ids: z.array(z.string()).optional(),
  errors: z.array(z.object({ id: z.string(), code: z.string(), message: z.string() })).optional(),
});
export type BulkActionResult = z.infer<typeof BulkActionResultSchema>;

export const bulkAction = defineEndpoint({
  method: 'POST',
  path: '/items/bulk_action',
  summary: 'Does one thing to every item that matches. Each stands for itself; a dry run tells what would happen.',
  body: BulkActionInputSchema,
  responses: { 200: BulkActionResultSchema },
  errors: ['validation_error', 'forbidden', 'bulk_cap_exceeded'],
});
