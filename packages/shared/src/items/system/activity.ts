import { z } from 'zod';
import { IdSchema } from '../primitives.ts';

export const SeveritySchema = z.enum(['info', 'warning', 'error', 'action_required']);
export type Severity = z.infer<typeof SeveritySchema>;

/** What a connector gives to tell something; the Connection is added by the platform. */
export const ActivityInputSchema = z.strictObject({
  severity: SeveritySchema,
  summary: z.string().min(1, 'expected one line').max(500, 'at most 500 characters'),
  detail: z.record(z.string(), z.unknown()).optional(),
});
export type ActivityInput = z.infer<typeof ActivityInputSchema>;

/** `system.activity`: an operator-visible event, attributed to a Connection. */
export const ActivityPropertiesSchema = ActivityInputSchema.extend({ connection_id: IdSchema });
export type ActivityProperties = z.infer<typeof ActivityPropertiesSchema>;
