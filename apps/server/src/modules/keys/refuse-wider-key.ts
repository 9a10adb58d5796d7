import { type AxisPermissions, MarfaError, matchesPattern, type Role, resolvePattern } from '@withmarfa/shared';
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
  const wider = widerThan(caller.extension_permissions, wanted.extensionPermissions);
  if (wider.length === 0) return;
  throw new MarfaError(
    'forbidden',
    `This credential cannot give extension rights it does not have: ${wider.map(([pattern, level]) => `${pattern}:${level}`).join(', ')}.`,
  );
}

/** A segment that no pattern can name. */
const ANY = '?';

/**
 * @returns the entries of `wanted` that decide more for some name than `own` does. Both maps decide alike for all names
 *   between two patterns, so one name of each such stretch stands for the rest.
 */
function widerThan(own: AxisPermissions, wanted: AxisPermissions): [pattern: string, level: string][] {
  const names = Object.keys({ ...own, ...wanted }).flatMap((pattern) => {
    if (pattern === '*') return [ANY];
    if (!pattern.endsWith('.*')) return [pattern];
    const prefix = pattern.slice(0, -2);
    return [prefix, `${prefix}.${ANY}`];
  });
  const isAbove = (name: string) => {
    const given = resolvePattern(wanted, name);
    const had = resolvePattern(own, name);
    return given !== undefined && had !== 'write' && given !== had;
  };
  const above = names.filter(isAbove);
  return Object.entries(wanted).filter(([pattern, level]) =>
    above.some((name) => matchesPattern(pattern, name) && resolvePattern(wanted, name) === level),
  );
}
