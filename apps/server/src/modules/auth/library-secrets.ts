import { createHash } from 'node:crypto';
import type { AuthKeys } from '../../platform/auth-keys.ts';

/** The library's own form of the server's secrets: it names each by a number. */
export interface LibrarySecrets {
  secrets: { version: number; value: string }[];
  /** Opens what was sealed before the library named its secrets. */
  secret: string;
}

/** @param keys newest first. A key keeps its number wherever in the list it stands. */
export function librarySecrets(keys: AuthKeys): LibrarySecrets {
  const secrets = keys.map(({ material }) => ({ version: numberOf(material.reveal()), value: material.reveal() }));
  return { secrets, secret: secrets.at(-1)?.value ?? '' };
}

function numberOf(material: string): number {
  return createHash('sha256').update(`marfa library key: ${material}`).digest().readUInt32BE() >>> 1;
}
