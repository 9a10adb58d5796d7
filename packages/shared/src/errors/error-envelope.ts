import { z } from 'zod';
import type { MarfaError } from './marfa-error.ts';

/** The body of every error answer. */
export const ErrorEnvelopeSchema = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
    status: z.int().optional().describe('The HTTP status once more; in a `version_conflict` alone.'),
  }),
});
export type ErrorEnvelope = z.infer<typeof ErrorEnvelopeSchema>;

/** @returns the wire form of an error; never its cause or stack. */
export function toErrorEnvelope(error: MarfaError): ErrorEnvelope {
  return {
    ...error.companions,
    error: {
      code: error.code,
      message: error.message,
      ...(error.details === undefined ? {} : { details: error.details }),
      // The contract spells this one body out, with its status.
      ...(error.code === 'version_conflict' ? { status: error.status } : {}),
    },
  };
}
