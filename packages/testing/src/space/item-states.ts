import { type ItemState, isSystemType, MarfaError } from '@withmarfa/shared';

const ALLOWED: Record<ItemState, readonly ItemState[]> = {
  active: ['archived', 'trashed'],
  archived: ['active', 'trashed'],
  trashed: ['active'],
  revoked: [],
};

/** @throws MarfaError `invalid_transition` naming what would be allowed. */
export function requireTransition(type: string, from: ItemState, to: ItemState): void {
  const ofSystem: readonly ItemState[] = from === 'active' ? ['revoked'] : [];
  const allowed = isSystemType(type) ? ofSystem : ALLOWED[from];
  if (allowed.includes(to)) return;
  throw new MarfaError(
    'invalid_transition',
    `An item that is ${from} cannot become ${to}; allowed: ${allowed.join(', ') || 'nothing'}.`,
    { details: { from, to, allowed } },
  );
}
