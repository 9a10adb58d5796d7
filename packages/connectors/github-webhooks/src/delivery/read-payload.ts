const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPES = ['', 'application/json'];

export type Payload = { ok: true; payload: unknown } | { ok: false; reason: string };

/**
 * Reads the body of a delivery in either of the two forms that GitHub offers: JSON, or a form whose field `payload` holds
 * the JSON.
 * @param contentType the header as it came; without one the body is taken for JSON.
 * @returns a refusal for every other type and for whatever is not JSON; never throws.
 * @see https://docs.github.com/webhooks, Creating webhooks, Content type
 */
export function readPayload(body: ArrayBuffer, contentType: string | undefined): Payload {
  const mediaType = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (mediaType !== FORM && !JSON_TYPES.includes(mediaType))
    return { ok: false, reason: `the delivery is ${mediaType.slice(0, 100)}, neither JSON nor a form` };
  const text = decode(body);
  if (text === null) return { ok: false, reason: 'the body is not UTF-8' };
  if (mediaType !== FORM) return parse(text, 'the body');
  const field = new URLSearchParams(text).get('payload');
  if (field === null) return { ok: false, reason: 'the form has no field "payload"' };
  return parse(field, 'the field "payload" of the form');
}

function decode(body: ArrayBuffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return null;
  }
}

function parse(text: string, what: string): Payload {
  try {
    return { ok: true, payload: JSON.parse(text) };
  } catch {
    return { ok: false, reason: `${what} is not JSON` };
  }
}
