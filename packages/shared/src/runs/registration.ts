import { z } from 'zod';
import { TimestampSchema } from '../items/primitives.ts';

/** Registrations that one Connection may have at its upstream. */
export const MAX_REGISTRATIONS = 1000;
const MAX_DETAIL_LENGTH = 2000;

/**
 * Something that a connector has registered at its upstream and that ends by itself: a channel, a subscription.
 * `renew_at` is when it is to be renewed, where the platform's own choice (a day before the end, or a fifth of what is
 * left of a shorter life) does not do. `detail` is the connector's own, and no place for a secret.
 */
export const RegistrationSchema = z.strictObject({
  id: z.string().min(1, 'expected the id of the registration').max(500, 'at most 500 characters'),
  expires_at: TimestampSchema,
  renew_at: TimestampSchema.optional(),
  detail: z
    .record(z.string(), z.unknown())
    .refine((detail) => JSON.stringify(detail).length <= MAX_DETAIL_LENGTH, {
      message: `at most ${MAX_DETAIL_LENGTH} characters of JSON`,
    })
    .optional(),
});
export type Registration = z.infer<typeof RegistrationSchema>;

export const RegistrationsSchema = z
  .array(RegistrationSchema)
  .max(MAX_REGISTRATIONS, `at most ${MAX_REGISTRATIONS} registrations`)
  .readonly();

/** Where an upstream is to send what happens, and what it proves itself by. */
export const InboundAddressSchema = z.object({ receipt_url: z.string(), secret: z.string() });
export type InboundAddress = z.infer<typeof InboundAddressSchema>;

/**
 * What a renewal answers. `registrations` is everything that there is from now on, and takes the place of what was
 * answered before; a renewal that failed half-way says so with what it came to.
 */
export const RenewResultSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), registrations: RegistrationsSchema }),
  z.object({
    ok: z.literal(false),
    retry: z.boolean(),
    reason: z.string(),
    retry_after_seconds: z.number().nonnegative().optional(),
    registrations: RegistrationsSchema.optional(),
  }),
]);
export type RenewResult = z.infer<typeof RenewResultSchema>;
