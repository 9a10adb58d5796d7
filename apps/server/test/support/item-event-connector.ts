import type { ItemEventMessage } from '@withmarfa/shared';
import type { Api } from './api.ts';
import { install, integrationId } from './integrations.ts';
import { type Received, startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';
import { type ConnectorFolder, writeConnector } from './write-connector.ts';

/** What a run was given, as its handler told it. */
export interface Told extends Pick<ItemEventMessage, 'event_type' | 'item_id' | 'cycle' | 'payload'> {
  connection_id: string;
  /** `ctx.cycle` */
  ctx: ItemEventMessage['cycle'] | null;
}

const TELL = `async (ctx, event) => {
  const { event_type, item_id, cycle, payload } = event;
  const told = { connection_id: ctx.connection_id, event_type, item_id, cycle, payload, ctx: ctx.cycle };
  await (await ctx.fetch(ctx.configuration.mode, { method: 'POST', body: JSON.stringify(told) })).text();`;

/**
 * Writes a connector that posts each item event it is given to the address in its `mode`.
 * @param afterwards source that runs afterwards, with `ctx` and `event`.
 * @param head source that runs when the process starts.
 */
export function writeListener(
  changes: Record<string, unknown> = {},
  { afterwards = '', head = '' } = {},
): Promise<ConnectorFolder> {
  return writeConnector('async () => ({ ok: true })', {
    changes: {
      direction: 'both',
      target_types: ['core.note'],
      triggers: [{ type: 'manual' }, { type: 'item-event' }],
      ...changes,
    },
    head,
    itemEvent: `${TELL}\n${afterwards}\nreturn { ok: true }; }`,
  });
}

/** A Connection of a listener, and what it has been told. */
export interface Listening {
  id: string;
  told: () => Told[];
  /** Waits until it has been told so often. @returns all it was told. */
  wait: (count: number) => Promise<Told[]>;
  receiver: WebhookReceiver;
}

export async function listen(api: Api, connector: ConnectorFolder): Promise<Listening> {
  const receiver = await startWebhookReceiver();
  const integration = await integrationId(api, connector.integrationName);
  const { connection_id } = await install(api, integration, { mode: receiver.url });
  const toTold = ({ body }: Received) => body as Told;
  return {
    id: connection_id,
    told: () => receiver.received.map(toTold),
    wait: async (count) => (await receiver.wait(count)).map(toTold),
    receiver,
  };
}
