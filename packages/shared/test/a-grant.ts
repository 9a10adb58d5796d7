import type { Grant } from '@withmarfa/shared';
import { noPermissions } from '@withmarfa/shared';

/** A member who may do nothing but what `changes` says. */
export function aGrant(changes: Partial<Grant> = {}): Grant {
  return { role: 'member', ...noPermissions(), ...changes };
}
