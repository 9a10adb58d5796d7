import { PERSONAL_CYCLE } from '@withmarfa/shared';
import type { Caller } from '../../src/platform/caller.ts';

export const SPACE = '0198c000-0000-7000-8000-000000000001';

/** @returns an administrator of {@link SPACE}, but for what is given. */
export function aCaller(own: Partial<Caller> = {}): Caller {
  return {
    keyId: SPACE,
    spaceId: SPACE,
    spaceRevision: 0,
    source: 'plans',
    role: 'tenant_admin',
    defaultTier: 'library',
    isPlatform: false,
    connectionId: null,
    cycle: PERSONAL_CYCLE,
    clientIp: null,
    type_permissions: {},
    extension_permissions: {},
    edge_permissions: {},
    metadata_permissions: {},
    ...own,
  };
}
