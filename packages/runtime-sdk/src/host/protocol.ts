import {
  HandlerResultSchema,
  IdSchema,
  InboundAddressSchema,
  QueueMessageSchema,
  RegistrationsSchema,
} from '@withmarfa/shared';
import { z } from 'zod';

/**
 * What a host and a connector process say to each other over the process channel. Items, activity and everything else
 * that belongs to the space goes over HTTP with the runtime credential; only dispatch, outcome and logs go here.
 */

export const CredentialSchema = z.object({ api_key: z.string(), expires_at_ms: z.number() });
export type RuntimeCredential = z.infer<typeof CredentialSchema>;

/** Host to connector: handle one message. */
export const RunRequestSchema = z.object({
  type: z.literal('run'),
  run_id: IdSchema,
  message: QueueMessageSchema,
  configuration: z.record(z.string(), z.unknown()),
  cursors: z.record(z.string(), z.unknown()),
  credential: CredentialSchema,
  /** Where the server answers, without a trailing slash. */
  server_url: z.string(),
  /** When the run has to be over, in milliseconds since the epoch. */
  deadline_ms: z.number(),
  /** What the renew hook answered last. */
  registrations: RegistrationsSchema.optional(),
  /** Of a renewal: where the upstream is to send what happens; absent when nothing is received. Never stored. */
  inbound: InboundAddressSchema.optional(),
});
export type RunRequest = z.infer<typeof RunRequestSchema>;

export const HostMessageSchema = z.discriminatedUnion('type', [
  RunRequestSchema,
  z.object({ type: z.literal('credential'), run_id: IdSchema, credential: CredentialSchema.nullable() }),
  z.object({ type: z.literal('cancel'), run_id: IdSchema }),
]);
export type HostMessage = z.infer<typeof HostMessageSchema>;

/** How a run ended. Cursor changes count only when `result.ok`. */
export const RunOutcomeSchema = z.object({
  result: HandlerResultSchema,
  cursor_set: z.record(z.string(), z.unknown()),
  cursor_cleared: z.array(z.string()),
  items_created: z.int().nonnegative(),
  items_updated: z.int().nonnegative(),
  disarm_reason: z.string().optional(),
  /** Of a renewal: everything that there is from now on. Counts also when the run failed. */
  registrations: RegistrationsSchema.optional(),
});
export type RunOutcome = z.infer<typeof RunOutcomeSchema>;

export const ConnectorMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('ready'),
    // Untrusted: a host validates it like any manifest it is given.
    manifest: z.record(z.string(), z.unknown()),
    /** Whether it has a renew hook. One that does not say so is never asked to renew. */
    renews: z.boolean().optional(),
  }),
  z.object({ type: z.literal('outcome'), run_id: IdSchema, outcome: RunOutcomeSchema }),
  z.object({ type: z.literal('credential-request'), run_id: IdSchema }),
  z.object({
    type: z.literal('log'),
    run_id: IdSchema,
    level: z.enum(['debug', 'info', 'warn', 'error']),
    message: z.string(),
    fields: z.record(z.string(), z.unknown()),
  }),
]);
export type ConnectorMessage = z.infer<typeof ConnectorMessageSchema>;

/** Environment variable that carries the outbound allow-list to a connector process. */
export const OUTBOUND_ALLOW_VARIABLE = 'MARFA_OUTBOUND_ALLOW';
