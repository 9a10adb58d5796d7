import { z } from 'zod';
import { cleanLine } from '../item/clean-text.ts';

const text = z.string().nullish().catch(null);
const list = z
  .array(z.unknown())
  .nullish()
  .catch(null)
  .transform((values) => values ?? []);

const AttachmentSchema = z.object({
  filename: text,
  mime_type: text,
  size_bytes: z.int().nonnegative().nullish().catch(null),
});
export type AttachmentFacts = z.infer<typeof AttachmentSchema>;

/**
 * A mail as the Worker sends it. What its sender controls may be missing or of any kind: it is left out then, because a
 * mail that is lost for an odd header is worse than one without it. Only the Message-ID there must be.
 */
const EnvelopeSchema = z.object({
  message_id: z.string().transform(cleanLine).pipe(z.string()),
  from: z.object({ address: text, name: text }).nullish().catch(null),
  to: text,
  subject: text,
  date: text,
  text,
  html: text,
  in_reply_to: text,
  references: list.transform((values) => values.filter((value) => typeof value === 'string')),
  headers: z.record(z.string(), z.unknown()).nullish().catch(null),
  attachments: list.transform((values) => values.flatMap(readAttachment)),
});
export type Envelope = z.infer<typeof EnvelopeSchema>;

export type EnvelopeReading = { ok: true; envelope: Envelope } | { ok: false; reason: string };

/** Reads the body of a delivery. @returns a refusal for what is no envelope; never throws. */
export function readEnvelope(body: ArrayBuffer): EnvelopeReading {
  const value = parse(body);
  if (value === undefined) return { ok: false, reason: 'the body is not JSON in UTF-8' };
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { ok: false, reason: 'the body is no envelope of a mail' };
  const parsed = EnvelopeSchema.safeParse(value);
  return parsed.success
    ? { ok: true, envelope: parsed.data }
    : { ok: false, reason: 'the envelope has no message_id, by which a mail is known' };
}

/** @returns undefined for what is not JSON. */
function parse(body: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

function readAttachment(value: unknown): AttachmentFacts[] {
  const parsed = AttachmentSchema.safeParse(value);
  return parsed.success ? [parsed.data] : [];
}
