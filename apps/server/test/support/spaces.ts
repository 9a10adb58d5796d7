import { randomUUID } from 'node:crypto';
import type { CreateKeyInput } from '@withmarfa/shared';
import type { Answer, Api } from './api.ts';

/** A space of its own, and its first key, a tenant_admin. */
export interface Space {
  id: string;
  api: Api;
  key: string;
}

export async function aSpace(admin: Api): Promise<Space> {
  const { tenant, key } = created(await admin.post('/tenants', { name: aName('Space') }));
  return { id: tenant.id, key: key.key, api: admin.as(key.key) };
}

/** A key made by `maker`: a member that may do nothing, unless said otherwise. */
export async function aKey(
  maker: Api,
  input: Partial<CreateKeyInput> = {},
): Promise<{ id: string; key: string; source: string; api: Api }> {
  const body = created(await maker.post('/keys', { label: 'A key', source: aName('key'), ...input }));
  return { id: body.id, key: body.key, source: body.source, api: maker.as(body.key) };
}

/** @returns the item. */
// biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came back.
export async function anItem(api: Api, input: Record<string, unknown> = {}): Promise<any> {
  return created(await api.post('/items', { type: 'core.note', ...input })).item;
}

/** @returns the body of a 201. @throws with what was answered instead. */
// biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came back.
export function created({ status, body }: Answer): any {
  if (status === 201) return body;
  throw new Error(`expected 201, got ${status} ${JSON.stringify(body)}`);
}

/** A name that no other test uses. */
export function aName(what: string): string {
  return `${what}-${randomUUID().slice(-12)}`;
}
