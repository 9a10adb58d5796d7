import { verifyWebhook } from '@withmarfa/webhooks';
import { readWebhook } from '@withmarfa/webhooks/node';
import express, { type Express } from 'express';

export interface AppOptions {
  /** What you typed into GitHub's form; two while you change it. */
  secrets: string[];
  /** What is done with a genuine delivery that did not come before. */
  handle(event: string, payload: unknown): void;
}

/** An Express app that takes GitHub's deliveries. */
export function createApp({ secrets, handle }: AppOptions): Express {
  const app = express();
  // A few suffice for a try-out; keep them in your database.
  const seen = new Set<string>();

  // Before any body parser: the signature holds for the bytes that came.
  app.post('/hooks/github', async (request, response) => {
    const delivery = await readWebhook(request, { maxBytes: 25 * 1024 * 1024 });
    const answer = await verifyWebhook('github', delivery, { secrets });
    if (!answer.verified) {
      console.log(`refused: ${answer.reason}`);
      response.sendStatus(401);
      return;
    }
    if (!seen.has(answer.external_delivery_id)) {
      seen.add(answer.external_delivery_id);
      handle(request.get('x-github-event') ?? '', JSON.parse(new TextDecoder().decode(delivery.body)));
    }
    response.sendStatus(202);
  });

  app.use(express.json());
  // What happens to who forgets: the parser above has eaten the bytes.
  app.post('/hooks/too-late', async (request, response) => {
    await readWebhook(request);
    response.sendStatus(202);
  });
  return app;
}
