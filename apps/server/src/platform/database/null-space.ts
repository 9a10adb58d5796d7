/**
 * The space of credentials without a tenant, and of the platform's catalogue rows. On the wire it is `tenant_id: null`.
 * The nil UUID of RFC 9562, so that no made id can ever equal it.
 */
export const NULL_SPACE_ID = '00000000-0000-0000-0000-000000000000';

/** @returns a space id as it is written on the wire. */
export function toTenantId(spaceId: string): string | null {
  return spaceId === NULL_SPACE_ID ? null : spaceId;
}
