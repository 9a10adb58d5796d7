import { z } from 'zod';

export const TombstoneMappingSchema = z.enum(['state-trashed', 'prompt-user', 'ignore']);
export const PartialWriteModeSchema = z.enum(['all-or-nothing', 'accept-partial']);

const seconds = (meaning: string) =>
  z.int('expected whole seconds').positive('expected more than 0 seconds').default(60).describe(meaning);

/** How a connector that writes both ways avoids echoes and half-written batches. Required; every position has a default. */
export const BidirectionalHandlingSchema = z.strictObject({
  echo_ttl_seconds: seconds('How long an outbound write is remembered, so that its echo from upstream is skipped.'),
  lag_window_seconds: seconds('How long after an outbound write reads of that record are not trusted.'),
  tombstone_mapping: TombstoneMappingSchema.optional().describe(
    'What an upstream deletion does here. Default: state-trashed when direction is read, else prompt-user.',
  ),
  partial_write_mode: PartialWriteModeSchema.default('all-or-nothing').describe(
    'Whether a batch with a failed element is rolled back or kept in part.',
  ),
});
