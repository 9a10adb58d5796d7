import { verifyWebhook } from '@withmarfa/webhooks';

interface Env {
  /** The endpoint's signing secret, as Stripe's dashboard shows it. */
  STRIPE_WEBHOOK_SECRET: string;
}

/** A Worker that takes Stripe's deliveries. */
const worker = {
  async fetch(request: Request, env: Env): Promise<Response> {
    const delivery = { headers: request.headers, body: new Uint8Array(await request.arrayBuffer()) };
    const answer = await verifyWebhook('stripe', delivery, { secrets: [env.STRIPE_WEBHOOK_SECRET] });
    if (!answer.verified) return new Response(null, { status: 401 });
    // Here the delivery would go to a queue, under this id.
    return new Response(answer.external_delivery_id, { status: 202 });
  },
};

// biome-ignore lint/style/noDefaultExport: a Worker is its module's default export.
export default worker;
