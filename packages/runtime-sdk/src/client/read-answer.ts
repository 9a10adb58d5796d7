import { type Endpoint, ErrorEnvelopeSchema } from '@withmarfa/shared';
import { MarfaApiError } from '../errors/marfa-api-error.ts';
import type { CallAnswer } from './call-answer.ts';
import type { MarfaAnswer, MarfaRequest } from './send-once.ts';

/**
 * Reads the answer of an endpoint.
 * @throws MarfaApiError with the server's code for an error envelope, whose companions (`current`, `ancestor` of a
 *   version conflict) join `details`; `unexpected_answer` for anything that is neither a success nor an envelope.
 */
export function readAnswer<E extends Endpoint>(
  endpoint: E,
  request: MarfaRequest,
  { status, text }: MarfaAnswer,
): CallAnswer<E> {
  const body = parseJson(text);
  const schema = endpoint.responses[status];
  if (!schema) throw toApiError(request.label, status, text);
  const parsed = schema.safeParse(body);
  if (parsed.success) return { status, body: parsed.data } as CallAnswer<E>;
  throw new MarfaApiError(`${request.label} answered ${status} with a body of another shape.`, {
    status,
    code: 'unexpected_answer',
    cause: parsed.error,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads a refusal. @param text the body, hopefully an error envelope. */
export function toApiError(label: string, status: number, text: string): MarfaApiError {
  const body = parseJson(text);
  const envelope = ErrorEnvelopeSchema.safeParse(body);
  if (!envelope.success) {
    return new MarfaApiError(`${label} answered ${status}.`, { status, code: 'unexpected_answer' });
  }
  const { code, message, details } = envelope.data.error;
  const { error: _, ...companions } = body as Record<string, unknown>;
  const all = { ...details, ...companions };
  return new MarfaApiError(`${message} (${label}: ${status} ${code})`, {
    status,
    code,
    details: Object.keys(all).length === 0 ? undefined : all,
  });
}
