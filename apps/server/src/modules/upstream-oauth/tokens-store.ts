import type { Selectable } from 'kysely';
import type { Database, Queryable, Transaction } from '../../platform/database/database.ts';
import { preparedQuery } from '../../platform/database/prepared-query.ts';
import { lockRows } from '../../platform/database/row-lock.ts';
import type { Tables } from '../../platform/database/tables.ts';
import type { SecretBox } from '../../platform/secret-box.ts';
import { UPSTREAM_PURPOSE } from '../../platform/upstream-purpose.ts';
import type { GrantedTokens } from './token-answer.ts';

export type TokenRow = Selectable<Tables['upstream_tokens']>;
export type TokenCallRow = Selectable<Tables['token_calls']>;

/** Every call of an OAuth account asks for them. */
const tokensOf = preparedQuery<{ spaceId: string; connectionId: string }, TokenRow>(
  ['spaceId', 'connectionId'],
  (queryable, value) =>
    queryable
      .selectFrom('upstream_tokens')
      .selectAll()
      .where('space_id', '=', value.spaceId)
      .where('connection_id', '=', value.connectionId),
);

export async function findTokens(
  queryable: Queryable,
  spaceId: string,
  connectionId: string,
): Promise<TokenRow | undefined> {
  return (await tokensOf(queryable, { spaceId, connectionId })).rows[0];
}

export function lockTokens(
  transaction: Transaction,
  dialect: Database['dialect'],
  connectionId: string,
): Promise<TokenRow | undefined> {
  const select = transaction.selectFrom('upstream_tokens').selectAll().where('connection_id', '=', connectionId);
  return lockRows(select, dialect).executeTakeFirst();
}

/** The columns that a grant fills; everything secret is sealed for its row and its place in it. */
export function sealTokens(
  box: SecretBox,
  connectionId: string,
  { tokens, former, nowMs }: { tokens: GrantedTokens; former: TokenRow | null; nowMs: number },
) {
  const { accessToken, refreshToken, tokenType, scope, expiresInSeconds, account } = tokens;
  return {
    access_token: box.seal(UPSTREAM_PURPOSE, accessPlace(connectionId), accessToken.reveal()),
    refresh_token:
      refreshToken === null
        ? (former?.refresh_token ?? null)
        : box.seal(UPSTREAM_PURPOSE, refreshPlace(connectionId), refreshToken.reveal()),
    token_type: tokenType,
    scope: scope ?? former?.scope ?? null,
    account: account ?? former?.account ?? null,
    obtained_at_ms: nowMs,
    expires_at_ms: expiresInSeconds === null ? null : nowMs + Math.round(expiresInSeconds * 1000),
    generation: (former?.generation ?? 0) + 1,
    failures: 0,
    retry_at_ms: 0,
  };
}

export function openAccessToken(box: SecretBox, row: TokenRow): string {
  return box.open(UPSTREAM_PURPOSE, accessPlace(row.connection_id), row.access_token);
}

export function openRefreshToken(box: SecretBox, row: TokenRow & { refresh_token: string }): string {
  return box.open(UPSTREAM_PURPOSE, refreshPlace(row.connection_id), row.refresh_token);
}

/** Associated data of a sealed access token. */
export const accessPlace = (connectionId: string) => `${connectionId}:access`;
/** Associated data of a sealed refresh token. */
export const refreshPlace = (connectionId: string) => `${connectionId}:refresh`;

/** Writes a call to a token endpoint into the journal, before it is made. */
export async function beginTokenCall(
  transaction: Transaction,
  call: Pick<
    TokenCallRow,
    'id' | 'space_id' | 'connection_id' | 'grant_type' | 'generation' | 'fence' | 'started_at_ms'
  >,
): Promise<void> {
  await transaction
    .insertInto('token_calls')
    .values({ ...call, finished_at_ms: null, outcome: null, reason: null })
    .execute();
}

/** Ends a journal entry, unless it was ended already. */
export async function endTokenCall(
  transaction: Transaction,
  id: string,
  end: { outcome: string; reason: string | null; nowMs: number },
): Promise<void> {
  await transaction
    .updateTable('token_calls')
    .set({ outcome: end.outcome, reason: end.reason, finished_at_ms: end.nowMs })
    .where('id', '=', id)
    .where('outcome', 'is', null)
    .execute();
}

/**
 * Looks for calls for these very tokens whose answer nobody knows: the upstream may have replaced the tokens already.
 * Calls that were left open by a process that ended are marked so.
 */
export async function hasUnknownCalls(transaction: Transaction, row: TokenRow, nowMs: number): Promise<boolean> {
  await transaction
    .updateTable('token_calls')
    .set({ outcome: 'abandoned', finished_at_ms: nowMs })
    .where('connection_id', '=', row.connection_id)
    .where('generation', '=', row.generation)
    .where('outcome', 'is', null)
    .execute();
  const unknown = await transaction
    .selectFrom('token_calls')
    .select('id')
    .where('connection_id', '=', row.connection_id)
    .where('generation', '=', row.generation)
    .where('outcome', 'in', ['abandoned', 'ambiguous', 'superseded'])
    .limit(1)
    .executeTakeFirst();
  return unknown !== undefined;
}
