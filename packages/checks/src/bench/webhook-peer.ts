import { createHmac, timingSafeEqual } from 'node:crypto';
import { Queue } from 'bullmq';
import express from 'express';

/**
 * What is usually built: Express with the raw body, the signature checked, and a BullMQ job under the delivery's id.
 * Run as: node webhook-peer.ts <port of Redis> <port> <secret>
 */
const [redisPort = '0', port = '0', secret = ''] = process.argv.slice(2);
const queue = new Queue('deliveries', { connection: { host: '127.0.0.1', port: Number(redisPort) } });
const app = express();

app.get('/', (_request, response) => void response.json({}));
app.post('/hook', express.raw({ type: () => true, limit: '5mb' }), async (request, response) => {
  const body: Buffer = request.body;
  const given = Buffer.from(String(request.headers['x-hub-signature-256']).slice('sha256='.length), 'hex');
  const expected = createHmac('sha256', secret).update(body).digest();
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    response.status(401).json({});
    return;
  }
  const jobId = String(request.headers['x-github-delivery']);
  await queue.add('delivery', { headers: request.headers, body: body.toString('base64') }, { jobId });
  response.status(202).json({ ok: true, delivery_id: jobId });
});
app.listen(Number(port), '127.0.0.1');
