import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type Api, bootstrap, createApi } from './support/api.ts';
import { allRows } from './support/integrations.ts';
import { createProfile, DIALECTS } from './support/profiles.ts';
import { startServer, type TestServer } from './support/start-server.ts';
import { connectAccount, installOAuth, propertiesOf } from './support/upstream.ts';
import { startUpstreamAccount } from './support/upstream-account.ts';

/** Servers start and are killed in each sentence, and a lease of a dead one has to run out. */
const PATIENCE_MS = 240_000;

/** Where in a renewal the server is killed; each is a moment at which it waits for something. */
const MOMENTS = [
  'before the upstream has anything',
  'when the upstream has the request',
  'when the upstream has rotated',
  'when the answer is on its way',
] as const;
type Moment = (typeof MOMENTS)[number];

/** A wire to the token endpoint that tells what passes over it. */
async function aWire(target: URL) {
  let watch: { onRequest?: () => void; onAnswer?: () => void } = {};
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client);
    const upstream = connect(Number(target.port), target.hostname);
    client.on('data', (chunk) => {
      // Who waits for a request keeps it: the upstream never sees it.
      if (watch.onRequest) watch.onRequest();
      else upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      client.write(chunk);
      watch.onAnswer?.();
    });
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const)
      one.on('close', () => other.destroy()).on('error', () => other.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${target.pathname}`,
    on(next: typeof watch) {
      watch = next;
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

const openRows = async (api: Api) =>
  (await allRows(api, '/items?type=system.activity')).filter((row) => row.properties.severity === 'action_required');

describe.each(DIALECTS)('A server that is killed while it renews tokens, on %s', (dialect) => {
  // Each waits for a lease to run out, and none for another.
  it.concurrent.each(MOMENTS)(
    'ends healthy, or asks its person once and says why: %s',
    async (moment: Moment) => {
      const upstream = await startUpstreamAccount();
      const { authorization } = upstream;
      const wire = await aWire(new URL(authorization.tokenUrl));
      const profile = await createProfile(dialect);
      const server = await startServer(profile.variables);
      const admin = await bootstrap(server.url);
      const { connection_id } = await installOAuth({ admin, api: admin }, authorization, {
        provider: { oauth_token_url: wire.url, upstream_base_url: upstream.apiUrl },
      });
      await connectAccount(admin, connection_id);
      const path = `/connections/${connection_id}/proxy/things`;

      authorization.expireAccessTokens();
      const dead = killAt(moment, { server, wire, authorization });
      await admin.get(path).catch(() => null);
      await dead;
      wire.on({});
      authorization.release();

      const again = await startServer({ ...profile.variables });
      const api = createApi(again.url, admin.key);
      const tokenCalls = authorization.counts.token;
      const answers = [];
      for (let index = 0; index < 4; index += 1) answers.push((await api.get(path)).status);
      const rows = await openRows(api);
      const { runtime_status } = await propertiesOf(api, connection_id);
      if (answers[0] === 200) {
        expect(answers).toEqual([200, 200, 200, 200]);
        expect(runtime_status).toBe('healthy');
        expect(rows).toEqual([]);
      } else {
        expect(answers).toEqual([401, 401, 401, 401]);
        expect(runtime_status).toBe('reauth_required');
        expect(rows.map((row) => row.properties.detail.reason)).toEqual(['ambiguous_rotation']);
      }
      // What the upstream never saw it never did; what it saw it did, with us or without.
      if (moment === 'before the upstream has anything') expect(answers[0]).toBe(200);
      if (moment === 'when the upstream has the request' || moment === 'when the upstream has rotated')
        expect(answers[0]).toBe(401);
      expect(authorization.counts.token - tokenCalls).toBeLessThanOrEqual(1);

      await again.stop();
      wire.close();
      await upstream.close();
      await profile.dispose();
    },
    PATIENCE_MS,
  );
});

/** @returns a promise that resolves once the server is dead. */
function killAt(
  moment: Moment,
  {
    server,
    wire,
    authorization,
  }: {
    server: TestServer;
    wire: Awaited<ReturnType<typeof aWire>>;
    authorization: Awaited<ReturnType<typeof startUpstreamAccount>>['authorization'];
  },
): Promise<void> {
  switch (moment) {
    case 'before the upstream has anything':
      return new Promise((resolve) => wire.on({ onRequest: () => resolve(server.kill()) }));
    case 'when the upstream has the request':
      authorization.failNextTokenCalls('hang', 1);
      return expect
        .poll(() => authorization.hanging, { timeout: 20_000 })
        .toBe(1)
        .then(() => server.kill());
    case 'when the upstream has rotated':
      authorization.failNextTokenCalls('hang-after-commit', 1);
      return expect
        .poll(() => authorization.hanging, { timeout: 20_000 })
        .toBe(1)
        .then(() => server.kill());
    case 'when the answer is on its way':
      return new Promise((resolve) => wire.on({ onAnswer: () => resolve(server.kill()) }));
    default:
      return moment satisfies never;
  }
}
