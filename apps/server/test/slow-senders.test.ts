import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import process from 'node:process';
import { afterAll, expect, it } from 'vitest';
import { describeServer } from './support/describe-server.ts';
import { sendHalves } from './support/half-sent.ts';
import { aSpace } from './support/spaces.ts';
import { waitFor } from './support/start-server.ts';
import { receive, send, writeWebhookConnector } from './support/webhook-connector.ts';

const SENDERS = Number(process.env.MARFA_SLOW_SENDERS ?? 500);
const BODY_BYTES = 4096;
/** Of a connection, with its half of a body: several times what it takes. */
const MOST_KB_EACH = 128;
/** What a server takes in while it warms up. */
const WARM_UP_KB = 100 * 1024;

const connector = await writeWebhookConnector('github');
afterAll(() => connector.dispose());

/** Resident memory of a process. */
const residentKb = (pid: number) => Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)]).toString());

describeServer(
  `While ${SENDERS} senders stop in the middle of a delivery, a server`,
  (under) => {
    it('answers others, keeps its memory, and takes each delivery when its rest comes', async () => {
      const { api } = await aSpace(under.admin);
      const receiving = await receive(api, connector);
      const { id, secret } = receiving.inbound;
      const path = `/webhooks/inbound/${id}`;
      const body = Buffer.alloc(BODY_BYTES, 'x');
      const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
      const before = residentKb(under.server.pid);
      const halves = await sendHalves(SENDERS, {
        port: under.server.port,
        path,
        delivery: (index) => ({
          headers: { 'x-hub-signature-256': signature, 'x-github-delivery': `slow-${index}` },
          body,
        }),
      });
      try {
        const url = `${under.server.url}${path}`;
        expect((await send({ url, method: 'github', secret, body: '{}', deliveryId: 'quick' })).status).toBe(202);
        const grownKb = residentKb(under.server.pid) - before;
        if (process.env.MARFA_SLOW_SENDERS) process.stderr.write(`${SENDERS} senders: ${grownKb} KB more\n`);
        expect(grownKb).toBeLessThan(WARM_UP_KB + SENDERS * MOST_KB_EACH);
        expect(await halves.finish()).toEqual(Array.from({ length: SENDERS }, () => 202));
        await waitFor(() => receiving.handled().length > 0);
      } finally {
        halves.close();
        await receiving.receiver.close();
      }
    });
  },
  { MARFA_CONNECTORS: connector.path },
);
