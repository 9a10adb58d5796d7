import { ProtocolError, toVisibleAscii } from './protocol-error.ts';

/** Longest value of one parameter, in characters; nothing that this server issues or asks for comes near. */
const MAX_VALUE_LENGTH = 8192;
// What no encoder of URLs makes from text: control characters, and what stands for bytes that are no UTF-8.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const UNREADABLE = /[\u0000-\u001f\u007f\ufffd]/;

/** The parameters of one OAuth request: each at most once, none empty. */
export type Parameters = Readonly<Partial<Record<string, string>>>;

/** What is wrong with a parameter, before anybody looks at its meaning. */
export interface ParameterFault {
  name: string;
  message: string;
}

/**
 * Reads the parameters of a query or form. One without a value counts as left out (RFC 6749 section 3.1).
 * @returns the faults apart: an authorization request is told of them in another way than a token request.
 */
export function readParameters(text: string): { parameters: Parameters; faults: ParameterFault[] } {
  const values = new Map<string, string>();
  const faults: ParameterFault[] = [];
  for (const [name, value] of new URLSearchParams(text)) {
    if (value === '') continue;
    if (values.has(name)) faults.push({ name, message: 'must not be sent more than once' });
    else if (value.length > MAX_VALUE_LENGTH)
      faults.push({ name, message: `is longer than ${MAX_VALUE_LENGTH} characters` });
    else if (!isReadable(value)) faults.push({ name, message: 'is not text in UTF-8 without control characters' });
    if (!values.has(name)) values.set(name, value);
  }
  return { parameters: Object.fromEntries(values), faults };
}

/** @throws ProtocolError `invalid_request` naming each fault. */
export function refuseFaults(faults: readonly ParameterFault[]): void {
  if (faults.length === 0) return;
  throw new ProtocolError(
    'invalid_request',
    faults.map(({ name, message }) => `${printable(name)} ${message}`).join('; '),
  );
}

/** @returns whether a text could have come from a URL as it should be: no control characters, nothing that was no UTF-8. */
export function isReadable(text: string): boolean {
  return !UNREADABLE.test(text);
}

/** A name from the outside, cut to what somebody reads, as it may stand in an error text. */
export function printable(text: string): string {
  return toVisibleAscii(text).slice(0, 100);
}
