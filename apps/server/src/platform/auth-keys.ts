import { createHash } from 'node:crypto';
import { Secret } from './secret.ts';

/** One of the server's secrets, with the name that ciphertexts carry of it. */
export interface AuthKey {
  id: string;
  /** Other names under which it sealed before it was given one. */
  aliases: readonly string[];
  material: Secret;
}

/** The newest key first: it seals and signs. The others open and verify what they made. */
export type AuthKeys = readonly [AuthKey, ...AuthKey[]];

/** `kid:secret`; a secret that is not of this form is taken as it is. */
const NAMED = /^([\w-]{1,32}):(\S{32,})$/;

/**
 * Reads `MARFA_AUTH_SECRET`.
 * @param text one secret, or a comma-separated list of `kid:secret`, newest first. A secret that was used alone before it
 *   stood in a list is found again under either name.
 */
export function readAuthKeys(text: string): AuthKeys {
  const named = text.split(',').map((entry) => NAMED.exec(entry.trim()));
  const keys = named.flatMap((match) =>
    match?.[1] && match[2] ? [{ id: match[1], aliases: [digestOf(match[2])], material: Secret.of(match[2]) }] : [],
  );
  const [first, ...rest] = keys.length === named.length ? keys : [];
  if (first) return [first, ...rest];
  return [{ id: digestOf(text), aliases: [], material: Secret.of(text) }];
}

/** @returns what is wrong with a value of `MARFA_AUTH_SECRET` that looks like a list, or null. */
export function authSecretFault(text: string): string | null {
  const entries = text.split(',').map((entry) => entry.trim());
  const named = entries.map((entry) => NAMED.exec(entry));
  if (entries.length > 1 && named.some((match) => match === null))
    return 'expected one secret, or a list of kid:secret set apart by commas, newest first; each secret of at least 32 characters without blanks';
  const ids = named.flatMap((match) => match?.[1] ?? []);
  if (new Set(ids).size < ids.length) return 'two keys of the list have the same name; each needs a kid of its own';
  return null;
}

/** A short digest tells keys apart and nothing of what they are. */
function digestOf(material: string): string {
  return createHash('sha256').update(`marfa key id: ${material}`).digest('base64url').slice(0, 8);
}
