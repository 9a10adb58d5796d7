import { type AxisPermissions, MarfaError, matchesPattern, type Role } from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';

/** What a caller wants to give to a key. */
interface Wanted {
  role: Role;
  isPlatform: boolean;
  extensionPermissions: AxisPermissions;
}

/**
 * Nobody mints a key wider than itself: only admins mint admins, only platform callers mint platform keys, and a
 * tenant_admin, whom extensions do not wave through, gives only the extension rights it has.
 * @throws MarfaError `forbidden`
 */
export function refuseWiderKey(caller: Caller, wanted: Wanted): void {
  if (caller.role === 'member')
    throw new MarfaError('forbidden', 'Making a key needs an admin or tenant_admin credential.');
  if (wanted.isPlatform && !caller.isPlatform)
    throw new MarfaError('forbidden', 'Only a platform credential can make a platform key.');
  if (caller.role === 'admin') return;
  if (wanted.role === 'admin') throw new MarfaError('forbidden', 'Only an admin can make an admin key.');
  const wider = Object.entries(wanted.extensionPermissions).filter(
    ([pattern, level]) => !covers(caller.extension_permissions, pattern, level),
  );
  if (wider.length === 0) return;
  throw new MarfaError(
    'forbidden',
    `This credential cannot give extension rights it does not have: ${wider.map(([pattern, level]) => `${pattern}:${level}`).join(', ')}.`,
  );
}

function covers(own: AxisPermissions, wantedPattern: string, wantedLevel: 'read' | 'write'): boolean {
  const enough = (level: string) => level === 'write' || level === wantedLevel;
  const name = wantedPattern.endsWith('.*') ? wantedPattern.slice(0, -2) : wantedPattern;
  const wide = wantedPattern === '*' || wantedPattern.endsWith('.*');
  return Object.entries(own).some(([pattern, level]) => {
    if (!enough(level)) return false;
    if (pattern === '*' || pattern === wantedPattern) return true;
    return wantedPattern !== '*' && matchesPattern(pattern, name) && (!wide || pattern.endsWith('.*'));
  });
}
