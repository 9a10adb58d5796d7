import type { NewInboundWebhook } from '@withmarfa/shared';
import { type SignOptions, signWebhook, type WebhookMethod } from '@withmarfa/webhooks/signing';
import type { Answer, Api } from './api.ts';
import { integrationId } from './integrations.ts';
import { created } from './spaces.ts';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';
import { type ConnectorFolder, writeConnector } from './write-connector.ts';

/** What a handler was given of a delivery. */
export interface Handled {
  connection_id: string;
  delivery_id: string;
  headers: Record<string, string>;
  body_base64: string;
  replayed?: true;
}

const TELL = `async (ctx, delivery) => {
  const { delivery_id, headers, replayed } = delivery;
  const told = { connection_id: ctx.connection_id, delivery_id, headers, replayed, body_base64: Buffer.from(delivery.body).toString('base64') };
  const answer = await ctx.fetch(ctx.configuration.mode, { method: 'POST', body: JSON.stringify(told) });
  if (answer.status === 204) return { ok: true };
  const result = await answer.json();
  if (!result.write) return result;
  await ctx.marfa.createItem({ type: 'core.bookmark', source_id: delivery_id, properties: { url: 'https://example.test/' } });
  return { ok: true };
}`;

/** Writes a connector that posts each delivery to the address in its `mode`, and ends as it is answered: 204 for done, else the result; with `write`, it first writes a bookmark. */
export function writeWebhookConnector(
  method: WebhookMethod,
  changes: Record<string, unknown> = {},
): Promise<ConnectorFolder> {
  return writeConnector('async () => ({ ok: true })', {
    changes: { triggers: [{ type: 'webhook' }, { type: 'manual' }], webhook_verification: { method }, ...changes },
    webhook: TELL,
  });
}

/** A Connection that takes deliveries. */
export interface Receiving {
  id: string;
  inbound: NewInboundWebhook;
  receiver: WebhookReceiver;
  handled: () => Handled[];
  /** Waits until so many deliveries have been handed to it. */
  wait: (count: number) => Promise<Handled[]>;
}

export async function receive(api: Api, connector: ConnectorFolder): Promise<Receiving> {
  const receiver = await startWebhookReceiver();
  const integration_id = await integrationId(api, connector.integrationName);
  const { connection_id, inbound_webhook } = created(
    await api.post('/connections/install', { integration_id, configuration: { mode: receiver.url } }),
  );
  return {
    id: connection_id,
    inbound: inbound_webhook,
    receiver,
    handled: () => receiver.received.map(({ body }) => body as Handled),
    wait: async (count) => (await receiver.wait(count)).map(({ body }) => body as Handled),
  };
}

/** What a sender sends, and where to. */
export interface Sending extends Partial<SignOptions> {
  url: string;
  method: WebhookMethod;
  headers?: Record<string, string>;
}

/** Sends a genuine delivery. */
export async function send({ url, method, headers = {}, secret = '', ...options }: Sending): Promise<Answer> {
  const signed = await signWebhook(method, { secret, ...options });
  return post(url, signed.body, { ...signed.headers, ...headers });
}

/** Posts bytes as they are. */
export async function post(
  url: string,
  body: Uint8Array<ArrayBuffer> | string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}
