import type { RunTrigger, RuntimeStatus } from '@withmarfa/shared';

/**
 * Kinds of messages that wait in their mailbox, unclaimed, while a Connection cannot work. A webhook's sender has been
 * told that its delivery is kept and will not send it again. An event that meets a lost account would fail until a person
 * has acted, who has been told. What a renewal was missed for goes silent. All else comes again, or can be asked for again.
 */
export const HELD: Readonly<Partial<Record<RuntimeStatus, readonly RunTrigger[]>>> = {
  paused: ['webhook', 'renew'],
  reauth_required: ['webhook', 'item-event', 'renew'],
};

/** @returns whether a message of this kind is kept for later while its Connection has this status. */
export function isHeld(kind: RunTrigger, status: RuntimeStatus): boolean {
  return HELD[status]?.includes(kind) ?? false;
}
