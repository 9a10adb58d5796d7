import { z } from 'zod';
import { CronSchema } from '../identifiers/cron.ts';

/** What can wake a connector. Only `schedule` carries a configuration; it may appear several times, the others once. */
export const TriggerSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('schedule'), config: z.strictObject({ cron: CronSchema }) }),
  z.strictObject({ type: z.literal('webhook') }),
  z.strictObject({ type: z.literal('item-event') }),
  z.strictObject({ type: z.literal('manual') }),
]);

export type Trigger = z.infer<typeof TriggerSchema>;
export const TriggerTypeSchema = z.enum(['schedule', 'webhook', 'item-event', 'manual']);
export type TriggerType = z.infer<typeof TriggerTypeSchema>;

/** The trigger kinds that a manifest may declare at most once. */
export const SINGLE_TRIGGERS = ['webhook', 'item-event', 'manual'] as const;
