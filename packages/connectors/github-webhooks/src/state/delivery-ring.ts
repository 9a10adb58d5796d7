import { z } from 'zod';

/** Under which key the cursor is kept. */
export const CURSOR_KEY = 'main';

const CAPACITY = 1024;
/**
 * GitHub's ids have 36 characters. The header is not signed, so that a longer one may come; remembering it could outgrow
 * the cursor, and the item's `source_id` holds without.
 */
const MAX_ID_LENGTH = 100;

const RingSchema = z.object({ deliveries: z.array(z.string()) });

/** The latest deliveries that made a bookmark, the oldest first. */
export type DeliveryRing = z.infer<typeof RingSchema>;

/** @returns the stored ring; an empty one when there is none, or none that can be read. */
export function openRing(stored: unknown): DeliveryRing {
  const parsed = RingSchema.safeParse(stored);
  return parsed.success ? parsed.data : { deliveries: [] };
}

/** @returns the ring with one more delivery, without the oldest when there are more than 1,024. */
export function withDelivery(ring: DeliveryRing, deliveryId: string): DeliveryRing {
  if (deliveryId.length > MAX_ID_LENGTH) return ring;
  return { deliveries: [...ring.deliveries, deliveryId].slice(-CAPACITY) };
}
