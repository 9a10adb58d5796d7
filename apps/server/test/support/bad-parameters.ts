import { sql } from 'kysely';
import { expect } from 'vitest';
import type { Database } from '../../src/platform/database/database.ts';
import { oauthRefusal, type ProtocolReply } from './oauth.ts';

export const FORM = 'application/x-www-form-urlencoded';

/** Names that every object has, and that no parameter has. */
export const ODD_NAMES: readonly string[] = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'grant_type[]',
  'client_id[x]',
  'ü',
  '"\\',
];

/** What only grows when something is issued. */
const ISSUED = ['oauth_access_tokens', 'oauth_refresh_tokens', 'auth_verifications', 'device_codes', 'app_grants'];

/** @returns how much has been issued, to be compared. */
export async function countIssued({ read }: Database): Promise<string> {
  const counts = ISSUED.map(async (table) => {
    const { rows } = await sql<{ count: string }>`select count(*) as count from ${sql.table(table)}`.execute(read);
    return `${table}: ${rows[0]?.count}`;
  });
  return (await Promise.all(counts)).join(', ');
}

/** Whoever asked was told so as the RFCs want it, in one of these words. */
export function expectRefused(answer: ProtocolReply, errors: readonly string[]): void {
  const { status, error } = oauthRefusal(answer);
  expect([400, 401, 413], answer.text).toContain(status);
  expect(errors, answer.text).toContain(error);
}

/** One parameter of a form or query that came out wrong, percent-encoded as it is sent. */
export interface BadValue {
  what: string;
  /** @returns pairs `name=value`, encoded. @param good what a right request says. */
  send(name: string, good: string): string[];
}

const pair = (name: string, raw: string) => `${encodeURIComponent(name)}=${raw}`;
const encoded = (name: string, value: string) => pair(name, encodeURIComponent(value));

/** Each is refused wherever it stands in a request that needs the parameter. */
export const UNREADABLE: readonly BadValue[] = [
  { what: 'doubled', send: (name, good) => [encoded(name, good), encoded(name, good)] },
  { what: 'doubled with another value', send: (name, good) => [encoded(name, good), encoded(name, 'x')] },
  { what: 'over-long', send: (name) => [encoded(name, 'x'.repeat(8193))] },
  { what: 'with bytes that are no UTF-8', send: (name, good) => [pair(name, `${encodeURIComponent(good)}%ff`)] },
  { what: 'with half a pair', send: (name, good) => [pair(name, `${encodeURIComponent(good)}%ED%A0%BD`)] },
  { what: 'with U+FFFD', send: (name, good) => [encoded(name, `${good}\ufffd`)] },
  { what: 'with NUL', send: (name, good) => [encoded(name, `${good}\0`)] },
  { what: 'with a line break', send: (name, good) => [encoded(name, `${good}\r\nSet-Cookie: x=y`)] },
];

/** Each counts as left out. */
export const ABSENT: readonly BadValue[] = [
  { what: 'missing', send: () => [] },
  { what: 'empty', send: (name) => [pair(name, '')] },
];

/** @returns a form or query in which one parameter is bad and the others are good. */
export function withBad(good: Readonly<Record<string, string>>, name: string, bad: BadValue): string {
  return Object.entries(good)
    .flatMap(([each, value]) => (each === name ? bad.send(each, value) : [encoded(each, value)]))
    .concat(Object.hasOwn(good, name) ? [] : bad.send(name, 'x'))
    .join('&');
}

/** JSON values where a text belongs. */
export const NO_TEXTS: readonly unknown[] = [0, 1.5, true, [], ['x'], {}, { x: 'y' }, [[[]]]];

/** Bodies that no endpoint can use, with the content type they come as. */
export const UNUSABLE_BODIES: readonly [what: string, contentType: string, body: string][] = [
  ['no JSON', 'application/json', '{'],
  ['a JSON text', 'application/json', '"grant_type"'],
  ['a JSON list', 'application/json', '[]'],
  ['JSON null', 'application/json', 'null'],
  ['a key twice', 'application/json', '{"client_id":"a","client_id":"b"}'],
  ['deep JSON', 'application/json', `{"client_id":${'['.repeat(5000)}${']'.repeat(5000)}}`],
  ['half a pair in JSON', 'application/json', '{"client_id":"\\ud83d"}'],
  ['NUL in JSON', 'application/json', '{"client_id":"\\u0000"}'],
  ['a JSON number for an id', 'application/json', '{"client_id":1e999}'],
  ['plain text', 'text/plain', 'client_id=x'],
  ['several parts', 'multipart/form-data; boundary=x', '--x--'],
  ['XML', 'application/xml', '<x/>'],
  ['another encoding', 'application/json; charset=utf-16', '{}'],
  ['no content type that is one', ';;;', 'client_id=x'],
];
