import type { InboundAddress, NewInboundWebhook, Registration, RenewResult } from '@withmarfa/shared';
import type { Api } from './api.ts';
import { created } from './spaces.ts';
import { waitFor } from './start-server.ts';
import { startWebhookReceiver } from './webhook-receiver.ts';
import { type ConnectorFolder, writeConnector } from './write-connector.ts';

/** What a renew hook was given. */
export interface AskedRenewal {
  connection_id: string;
  version: string;
  inbound: InboundAddress | null;
  registrations: Registration[];
}

/** Posts what it is given to the address in its setting `mode`, and answers what it is told there. */
const renewOf = (version: string) => `async (ctx, request) => {
  const told = { connection_id: ctx.connection_id, version: ${JSON.stringify(version)}, ...request };
  return (await ctx.fetch(ctx.configuration.mode, { method: 'POST', body: JSON.stringify(told) })).json();
}`;

/** Writes a connector with a renew hook that asks somebody else. */
export function writeRenewingConnector(changes: Record<string, unknown> = {}): Promise<ConnectorFolder> {
  const version = typeof changes.version === 'string' ? changes.version : '1.0.0';
  return writeConnector('async () => ({ ok: true })', {
    changes: { triggers: [{ type: 'webhook' }, { type: 'manual' }], ...changes },
    webhook: 'async () => ({ ok: true })',
    renew: renewOf(version),
  });
}

/** An upstream that registers whatever it is asked for. */
export interface RegisteringUpstream {
  url: string;
  asked: (connectionId: string) => AskedRenewal[];
  /** Waits until the hook of a Connection has been called so often. @returns the last call. */
  wait: (connectionId: string, count: number) => Promise<AskedRenewal>;
  /** How renewals end from now on; default thirty days. */
  answerWith(answer: (asked: AskedRenewal) => RenewResult): void;
  close(): Promise<void>;
}

export async function startRegisteringUpstream(): Promise<RegisteringUpstream> {
  const receiver = await startWebhookReceiver();
  let answer = lasting(30 * 86_400_000);
  receiver.answerWith((_request, response) => {
    const body = JSON.stringify(answer(receiver.received.at(-1)?.body as AskedRenewal));
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
  const asked = (connectionId: string) =>
    receiver.received
      .map(({ body }) => body as AskedRenewal)
      .filter(({ connection_id }) => connection_id === connectionId);
  return {
    url: receiver.url,
    asked,
    async wait(connectionId, count) {
      const calls = await waitFor(() => {
        const made = asked(connectionId);
        return made.length >= count ? made : null;
      });
      const last = calls[count - 1];
      if (!last) throw new Error('expected a call');
      return last;
    },
    answerWith(next) {
      answer = next;
    },
    close: () => receiver.close(),
  };
}

/** Answers one registration that lasts so long, or none where nothing is received. */
export function lasting(lifeMs: number): (asked: AskedRenewal) => RenewResult {
  return ({ inbound, registrations }) => {
    const expires_at = new Date(Date.now() + lifeMs).toISOString();
    const id = `channel-${Number(registrations[0]?.id.slice(8) ?? 0) + 1}`;
    return { ok: true, registrations: inbound === null ? [] : [{ id, expires_at, detail: { of: 'a calendar' } }] };
  };
}

/** A Connection whose connector registers at `upstream`, with its inbound webhook where it has one. */
export async function aRenewingConnection(
  api: Api,
  integration_id: string,
  upstream: RegisteringUpstream,
): Promise<{ id: string; inbound: NewInboundWebhook }> {
  const { connection_id, inbound_webhook } = created(
    await api.post('/connections/install', { integration_id, configuration: { mode: upstream.url } }),
  );
  return { id: connection_id, inbound: inbound_webhook };
}
