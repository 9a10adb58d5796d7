import type { WebhookMethod } from '@withmarfa/webhooks/signing';

/** What becomes of a delivery on its way: it comes for the first time, once more, or from somebody who cannot sign it. */
export type PlannedAs = 'first' | 'again' | 'forged secret' | 'forged body';

export interface PlannedDelivery {
  /** Which of the Connections it goes to. */
  connection: number;
  /** The sender's id, as the server knows it. */
  deliveryId: string;
  body: string;
  as: PlannedAs;
}

export interface DeliveryPlan {
  deliveries: PlannedDelivery[];
  /** Ids of genuine deliveries for each Connection, in the order in which they are sent first. */
  genuine: string[][];
}

const DUPLICATES = 0.3;
const FORGED = 0.1;
/** Half of what comes again does so right behind, so that both are under way at the same time. */
const CLOSE_BEHIND = 32;

/**
 * Plans who sends what to whom: 60 % genuine, 30 % of those once more, 10 % forged, half of these under the id of a
 * genuine one.
 * @param options.methods of the Connections, in their order.
 */
export function planDeliveries(
  count: number,
  { methods, random }: { methods: readonly WebhookMethod[]; random: () => number },
): DeliveryPlan {
  const below = (limit: number) => Math.floor(random() * limit);
  const kinds = Array.from({ length: count }, (_, index): 'first' | 'again' | 'forged' =>
    index < count * DUPLICATES ? 'again' : index < count * (DUPLICATES + FORGED) ? 'forged' : 'first',
  );
  for (let index = kinds.length - 1; index > 0; index -= 1) {
    const other = below(index + 1);
    [kinds[index], kinds[other]] = [kinds[other] ?? 'first', kinds[index] ?? 'first'];
  }
  // Nothing can come again before anything has come.
  kinds.splice(kinds.indexOf('first'), 1);
  kinds.unshift('first');

  const firsts: PlannedDelivery[] = [];
  const genuine: string[][] = methods.map(() => []);
  const deliveries = kinds.map((kind, index): PlannedDelivery => {
    const earlier =
      firsts[random() < 0.5 ? below(firsts.length) : Math.max(0, firsts.length - 1 - below(CLOSE_BEHIND))];
    if (kind === 'again' && earlier) return { ...earlier, as: 'again' };
    const fresh = { connection: below(methods.length), id: `d${index}` };
    const method = methods[fresh.connection] ?? 'hmac-sha256';
    const made = { connection: fresh.connection, ...deliveryOf(method, fresh.id, 'x'.repeat(below(1500))) };
    if (kind === 'forged') {
      const shadowed = random() < 0.5 && earlier ? earlier : made;
      const hasBody = shadowed.body !== '';
      return { ...shadowed, as: hasBody && random() < 0.5 ? 'forged body' : 'forged secret' };
    }
    const first: PlannedDelivery = { ...made, as: 'first' };
    firsts.push(first);
    genuine[first.connection]?.push(first.deliveryId);
    return first;
  });
  return { deliveries, genuine };
}

/** Slack and Stripe say their id in the body, Google sends none. */
function deliveryOf(method: WebhookMethod, id: string, text: string): Pick<PlannedDelivery, 'deliveryId' | 'body'> {
  const body = JSON.stringify({ id: `evt_${id}`, event_id: `Ev${id}`, text });
  switch (method) {
    case 'slack':
      return { deliveryId: `Ev${id}`, body };
    case 'stripe':
      return { deliveryId: `evt_${id}`, body };
    case 'google-channel':
      return { deliveryId: `ch-${id}:1`, body: '' };
    case 'hmac-sha256':
    case 'github':
    case 'cloudflare-email':
      return { deliveryId: id, body };
    default:
      return method satisfies never;
  }
}
