import { z } from 'zod';
import { IdSchema, TimestampSchema } from '../items/primitives.ts';
import { RunTriggerSchema } from '../runs/run.ts';
import { IdParams, Ok, PageQuery, pageOf } from './common.ts';
import { defineEndpoint } from './define-endpoint.ts';

/** A message that was given up: kept as it came, to be handled again once what was wrong is mended. */
export const DeadLetterSchema = z.object({
  /** Also the id of its run. */
  id: IdSchema,
  connection_id: IdSchema,
  kind: RunTriggerSchema,
  /** The sender's id of a webhook's delivery; null for all else. */
  delivery_id: z.string().nullable(),
  attempts: z.int().nonnegative(),
  reason: z.string(),
  first_failed_at: TimestampSchema,
  last_failed_at: TimestampSchema,
  /** The beginning of what it says, at most 500 characters. */
  payload_preview: z.string(),
});
export type DeadLetter = z.infer<typeof DeadLetterSchema>;

const EntryParams = z.strictObject({ id: IdSchema, entry_id: IdSchema });
const Filter = {
  kind: RunTriggerSchema.optional(),
  reason_contains: z.string().min(1, 'expected a text').max(200, 'at most 200 characters').optional(),
  failed_since: TimestampSchema.optional(),
  failed_until: TimestampSchema.optional(),
};
const FilterSchema = z.strictObject(Filter);
export type DeadLetterFilter = z.output<typeof FilterSchema>;

const which = {
  ids: z.array(IdSchema).min(1, 'expected at least one id').max(1000, 'at most 1000 ids').optional(),
  filter: FilterSchema.optional(),
  all: z.literal(true).optional(),
  /** Counts, and replays nothing. */
  dry_run: z.boolean().default(false),
};
const chosen = <Shape extends { ids?: unknown; filter?: unknown; all?: unknown }>(choice: Shape) =>
  [choice.ids, choice.filter, choice.all].filter((part) => part !== undefined).length === 1;
const ONE_CHOICE = { message: 'expected exactly one of ids, filter and all' };

export const ReplayInputSchema = z.strictObject(which).refine(chosen, ONE_CHOICE);
export type ReplayInput = z.output<typeof ReplayInputSchema>;

const Replayed = Ok.extend({ replayed: z.int().nonnegative(), matched: z.int().nonnegative() });

export const listDeadLetters = defineEndpoint({
  method: 'GET',
  path: '/connections/{id}/dlq',
  summary: 'Lists what a Connection was given and could not handle, newest first.',
  audience: 'space-admin',
  params: IdParams,
  query: z.strictObject(PageQuery),
  responses: { 200: pageOf(DeadLetterSchema) },
  errors: ['connection_not_found', 'forbidden'],
});

export const replayDeadLetter = defineEndpoint({
  method: 'POST',
  path: '/connections/{id}/dlq/{entry_id}/replay',
  summary: 'Has one dead letter handled again, as it came.',
  audience: 'space-admin',
  params: EntryParams,
  responses: { 200: Ok.extend({ replayed: z.int().nonnegative(), run_id: IdSchema.nullable() }) },
  errors: ['connection_not_found', 'not_found', 'validation_error', 'forbidden'],
});

export const replayDeadLetters = defineEndpoint({
  method: 'POST',
  path: '/connections/{id}/dlq/replay',
  summary: 'Has dead letters of a Connection handled again: named ones, those that fit a filter, or all.',
  audience: 'space-admin',
  params: IdParams,
  body: ReplayInputSchema,
  responses: { 200: Replayed },
  errors: ['connection_not_found', 'validation_error', 'forbidden'],
});

export const discardDeadLetter = defineEndpoint({
  method: 'DELETE',
  path: '/connections/{id}/dlq/{entry_id}',
  summary: 'Throws a dead letter away.',
  audience: 'space-admin',
  params: EntryParams,
  responses: { 200: Ok },
  errors: ['connection_not_found', 'not_found', 'forbidden'],
});

const reach = { connection_id: IdSchema.optional() };

export const peekDeadLetters = defineEndpoint({
  method: 'POST',
  path: '/dlq/peek',
  summary: 'Shows dead letters of all Connections on this server, newest first.',
  audience: 'platform',
  body: z
    .strictObject({
      ...reach,
      filter: FilterSchema.optional(),
      limit: z.int().min(1, 'expected 1 or more').max(200, 'expected 200 or less').default(50),
      cursor: PageQuery.cursor,
    })
    .prefault({}),
  responses: { 200: pageOf(DeadLetterSchema) },
  errors: ['forbidden', 'validation_error'],
});

export const ReplayAnyInputSchema = z.strictObject({ ...reach, ...which }).refine(chosen, ONE_CHOICE);

export const replayAnyDeadLetters = defineEndpoint({
  method: 'POST',
  path: '/dlq/replay',
  summary: 'Has dead letters of any Connections on this server handled again.',
  audience: 'platform',
  body: ReplayAnyInputSchema,
  responses: { 200: Replayed },
  errors: ['forbidden', 'validation_error'],
});
