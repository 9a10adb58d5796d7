import { parseMailDate } from '../envelope/parse-mail-date.ts';
import type { AttachmentFacts, Envelope } from '../envelope/read-envelope.ts';
import type { EmailInput } from '../manifest.ts';
import { cleanLine, storable } from './clean-text.ts';
import { clipText } from './clip-text.ts';
import { pickHeaders } from './pick-headers.ts';
import { toSourceId } from './to-source-id.ts';

/**
 * Bytes of JSON. Together with the rest they stay below the 1 MiB that one call to the API carries, so that whoever edits
 * the item can send back what was read.
 */
const MAX_BYTES = { text: 256 * 1024, html: 512 * 1024, subject: 4096, header: 4096, line: 1000, name: 512 } as const;
const MAX_REFERENCES = 100;
const MAX_ATTACHMENTS = 100;

/**
 * Turns an envelope into an item. A field that the mail does not have is null, which empties it in an item that is there.
 * @param options.receivedAtMs milliseconds since the epoch; the item's time, unless the mail says an earlier one.
 */
export async function toCapturedEmail(envelope: Envelope, options: { receivedAtMs: number }): Promise<EmailInput> {
  const clipped = new Set<string>();

  function clip(field: string, text: string, maxBytes: number): string {
    const short = clipText(text, maxBytes);
    if (short.length < text.length) clipped.add(field);
    return short;
  }
  function line(field: string, text: string | null | undefined, maxBytes: number = MAX_BYTES.line): string | null {
    const clean = cleanLine(text);
    return clean === null ? null : clip(field, clean, maxBytes);
  }
  function body(field: string, text: string | null | undefined, maxBytes: number): string | null {
    return text ? clip(field, storable(text), maxBytes) : null;
  }
  /** A Message-ID that has lost its end names no mail, so one that is too long is left out whole. */
  function references(ids: readonly string[]): string[] {
    const whole = ids.flatMap((id) => cleanLine(id) ?? []);
    const short = whole.filter((id) => clipText(id, MAX_BYTES.line) === id);
    // The first mail of a thread says which thread it is; of the others the latest matter.
    const kept = short.length > MAX_REFERENCES ? [...short.slice(0, 1), ...short.slice(1 - MAX_REFERENCES)] : short;
    if (kept.length < whole.length) clipped.add('references');
    return kept;
  }
  function attachment({ filename, mime_type, size_bytes }: AttachmentFacts): Record<string, unknown> {
    const facts = {
      filename: line('attachments', filename, MAX_BYTES.name),
      mime_type: line('attachments', mime_type, MAX_BYTES.name / 4),
      size_bytes: size_bytes ?? null,
    };
    return Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== null));
  }

  const { message_id, from } = envelope;
  const sent_at = parseMailDate(envelope.date);
  const isPast = sent_at !== null && Date.parse(sent_at) <= options.receivedAtMs;
  const headers = pickHeaders(envelope.headers).map(([name, value]) => [
    name,
    line('headers', value, MAX_BYTES.header),
  ]);
  if (envelope.attachments.length > MAX_ATTACHMENTS) clipped.add('attachments');
  const properties = {
    from_address: line('from_address', from?.address),
    from_name: line('from_name', from?.name),
    to_address: line('to_address', envelope.to),
    subject: line('subject', envelope.subject, MAX_BYTES.subject),
    text_body: body('text_body', envelope.text, MAX_BYTES.text),
    html_body: body('html_body', envelope.html, MAX_BYTES.html),
    sent_at,
    message_id: clip('message_id', message_id, MAX_BYTES.line),
    in_reply_to: line('in_reply_to', envelope.in_reply_to),
    references: references(envelope.references),
    headers: Object.fromEntries(headers.filter(([, value]) => value !== null)),
    attachments: envelope.attachments.slice(0, MAX_ATTACHMENTS).map(attachment),
  };
  return {
    type: 'withmarfa.captured_email',
    source_id: await toSourceId(message_id),
    timestamp: isPast ? sent_at : new Date(options.receivedAtMs).toISOString(),
    properties: { ...properties, clipped: clipped.size > 0 ? [...clipped] : null },
  };
}
