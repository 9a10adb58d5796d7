import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { createEgressPolicy, EgressRefusedError, parseOutboundAllow } from '@withmarfa/runtime-sdk/host';
import { createHostConnector, type Resolve } from '@withmarfa/runtime-sdk/local';
import { MarfaError } from '@withmarfa/shared';
import type { buildConnector } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Asker, callUpstream } from '../src/modules/proxy/call-upstream.ts';
import { createUpstreamPools, type UpstreamPools } from '../src/modules/proxy/upstream-pools.ts';
import { createFindBase } from '../src/modules/proxy/upstream-targets.ts';
import { describeServer } from './support/describe-server.ts';
import { refusal } from './support/refusal.ts';
import { aTokenConnection, sendRaw } from './support/upstream-connection.ts';

/** Hosts that no call may reach; PORT is where somebody listens on every address of this machine. */
const HOSTILE_HOSTS = [
  // Spellings of 127.0.0.1 and 0.0.0.0 that URL readers know.
  '127.0.0.1',
  '127.0.0.1.',
  '127.1',
  '127.0.1',
  '2130706433',
  '0x7f000001',
  '0x7f.0.0.1',
  '0x7f.1',
  '0177.0.0.1',
  '017700000001',
  '127.0.0.01',
  '127.255.255.254',
  '0.0.0.0',
  '0',
  '0x0',
  '0.0.0.1',
  '①②⑦.⓪.⓪.①',
  '１２７.０.０.１',
  '127。0。0。1',
  '127．0．0．1',
  '127｡0｡0｡1',
  '%31%32%37.0.0.1',
  // Names of the machine itself.
  'localhost',
  'LOCALHOST',
  'localhost.',
  'localhost..',
  'api.localhost',
  'a.b.localhost.',
  'localhost.localdomain',
  'localhost6',
  'ip6-localhost',
  'ip6-loopback',
  'ｌｏｃａｌｈｏｓｔ',
  // IPv6, and IPv4 inside of it.
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b:1::1]',
  '[2002:7f00:1::]',
  '[2001:0:7f00:1::]',
  '[fc00::1]',
  '[fd00:ec2::254]',
  '[fe80::1]',
  '[fec0::1]',
  '[ff02::1]',
  '[100::1]',
  '[2001:db8::1]',
  // What is private, local to a link, or otherwise not of the internet.
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '169.254.169.254',
  '0xa9fea9fe',
  '2852039166',
  '168.63.129.16',
  '100.64.0.1',
  '192.0.0.1',
  '192.0.2.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  // Who somebody is comes before where.
  'user@127.0.0.1',
  'api.example@127.0.0.1',
  'api.example:443@localhost',
  'api.example%40@127.0.0.1',
  'api.example\\@127.0.0.1',
  '127.0.0.1\\.api.example',
  '[fe80::1%25eth0]',
];

/** What a resolver says of names that look like any other. */
const ANSWERS: Record<string, { address: string; family: number }[]> = {
  'loopback.example': [{ address: '127.0.0.1', family: 4 }],
  'loopback6.example': [{ address: '::1', family: 6 }],
  'mapped.example': [{ address: '::ffff:127.0.0.1', family: 6 }],
  'nat64.example': [{ address: '64:ff9b::7f00:1', family: 6 }],
  'private.example': [{ address: '10.0.0.1', family: 4 }],
  'metadata.example': [{ address: '169.254.169.254', family: 4 }],
  'metadata6.example': [{ address: 'fd00:ec2::254', family: 6 }],
  'zoned.example': [{ address: 'fe80::1%lo', family: 6 }],
  'zero.example': [{ address: '0.0.0.0', family: 4 }],
  'mixed.example': [
    { address: '93.184.216.34', family: 4 },
    { address: '127.0.0.1', family: 4 },
  ],
  'mixed6.example': [
    { address: '2606:4700::1', family: 6 },
    { address: '::1', family: 6 },
  ],
  'nonsense.example': [{ address: 'not an address', family: 4 }],
  'nobody.example': [],
};

describe('a hostile upstream address', () => {
  let canaries: Server[];
  let port: number;
  let contacts = 0;
  let pools: UpstreamPools;
  const lookups: string[] = [];
  const policy = createEgressPolicy([]);
  const findBase = createFindBase({ policy, mayBePlain: true });
  let rebinding = 0;
  const resolve: Resolve = async (host) => {
    lookups.push(host);
    if (host === 'rebinding.example') {
      rebinding += 1;
      return [{ address: rebinding === 1 ? '10.9.9.9' : '127.0.0.1', family: 4 }];
    }
    const answers = ANSWERS[host.replace(/\.$/, '')];
    if (!answers) throw new Error(`no name ${host}`);
    return answers;
  };

  beforeAll(async () => {
    const listen = async (host: string, wanted: number) => {
      const server = createServer((socket) => {
        contacts += 1;
        socket.destroy();
      });
      server.listen(wanted, host);
      await once(server, 'listening');
      return server;
    };
    const first = await listen('0.0.0.0', 0);
    port = (first.address() as AddressInfo).port;
    canaries = [first];
    try {
      canaries.push(await listen('::1', port));
    } catch {
      // A machine without IPv6 has nothing there to reach.
    }
    pools = createUpstreamPools(createHostConnector(policy, resolve) as buildConnector.connector);
  });
  afterAll(async () => {
    await pools.stop();
    for (const canary of canaries) canary.close();
  });
  beforeEach(() => {
    contacts = 0;
  });

  /** What happens on the way to the socket, in the order of the proxy itself. */
  async function attempt(baseUrl: string, override?: string): Promise<unknown> {
    const configuration = JSON.stringify(override === undefined ? {} : { upstream_base_url_override: override });
    try {
      const base = findBase({ configuration, label: 'Test' }, baseUrl);
      const call = { method: 'GET', path: `${base.prefix}/x`, headers: ['Authorization', 'Bearer canary'], body: null };
      const limits = { firstByteMs: 5000, silenceMs: 5000, asker: anAsker() };
      return await callUpstream(pools.of(base.origin), call, limits);
    } catch (error) {
      return error;
    }
  }
  const isRefused = (outcome: unknown) =>
    EgressRefusedError.is(outcome) || MarfaError.is(outcome, 'oauth_proxy_upstream_invalid');

  it.each(HOSTILE_HOSTS.flatMap((host) => ['http', 'https'].map((scheme) => [`${scheme}://${host}`])))(
    'is never dialled: %s',
    async (address) => {
      // A zone or backslash cannot take a port; all others get the one where somebody listens.
      const target = /[\\%]/.test(address) ? address : `${address}:${port}`;
      expect(isRefused(await attempt(target))).toBe(true);
      expect(isRefused(await attempt('https://api.example', target))).toBe(true);
      expect(contacts).toBe(0);
    },
  );

  it.each(Object.keys(ANSWERS).filter((name) => name !== 'nobody.example'))(
    'is never dialled, whatever its name resolves to: %s',
    async (name) => {
      for (const host of [name, `${name}.`, name.toUpperCase()]) {
        expect(EgressRefusedError.is(await attempt(`http://${host}:${port}`))).toBe(true);
        expect(EgressRefusedError.is(await attempt('https://api.example', `http://${host}:${port}`))).toBe(true);
      }
      expect(contacts).toBe(0);
    },
  );

  it('gains nothing from a name that resolves otherwise the next time', async () => {
    for (let count = 0; count < 4; count += 1)
      expect(EgressRefusedError.is(await attempt(`http://rebinding.example:${port}`))).toBe(true);
    expect(rebinding).toBeGreaterThan(1);
    expect(contacts).toBe(0);
  });

  it('fails like any other when its name has no address', async () => {
    expect(await attempt(`http://nobody.example:${port}`)).toBeInstanceOf(Error);
    expect(contacts).toBe(0);
  });

  it('is dialled at the very address that was checked, once, where the operator lets it through', async () => {
    const named = createEgressPolicy(parseOutboundAllow(`loopback.example:${port}`));
    const open = createUpstreamPools(createHostConnector(named, resolve) as buildConnector.connector);
    lookups.length = 0;
    const call = { method: 'GET', path: '/', headers: [], body: null };
    const limits = { firstByteMs: 5000, silenceMs: 5000, asker: anAsker() };
    const outcome = await callUpstream(open.of(`http://loopback.example:${port}`), call, limits).catch(
      (error: unknown) => error,
    );
    expect(outcome).toBeInstanceOf(Error);
    expect([contacts, lookups]).toEqual([1, ['loopback.example']]);
    await open.stop();
  });
});

describeServer(
  'A server that may call no place of its own network',
  (under) => {
    let canary: Server;
    let contacts = 0;
    let port: number;
    beforeAll(async () => {
      canary = createServer((socket) => {
        contacts += 1;
        socket.destroy();
      });
      canary.listen(0, '127.0.0.1');
      await once(canary, 'listening');
      port = (canary.address() as AddressInfo).port;
    });
    afterAll(() => canary.close());

    it.each(['127.0.0.1', 'localhost', '2130706433', '[::ffff:7f00:1]', 'api.localhost'])(
      'refuses %s as an upstream and as an override, and leaves it alone',
      async (host) => {
        const address = `http://${host}:${port}`;
        const direct = await aTokenConnection(under.admin, address);
        const overridden = await aTokenConnection(under.admin, 'https://api.example.org', {
          configuration: { upstream_base_url_override: address },
        });
        for (const { path, space } of [direct, overridden])
          expect(refusal(await space.api.get(path('x')))).toEqual({
            status: 502,
            code: 'oauth_proxy_upstream_invalid',
          });
        expect(contacts).toBe(0);
      },
    );

    it.each([
      '',
      'api.example.org',
      'not a url',
      'ftp://api.example.org',
      'https://u:p@api.example.org',
      'https://a?b',
    ])('refuses the override %j rather than falling back', async (upstream_base_url_override) => {
      const { path, space } = await aTokenConnection(under.admin, `http://127.0.0.1:${port}`, {
        configuration: { upstream_base_url_override },
      });
      expect(refusal(await space.api.get(path('x')))).toEqual({ status: 502, code: 'oauth_proxy_upstream_invalid' });
      expect(contacts).toBe(0);
    });

    it.each([
      '../admin',
      '%2e%2e/admin',
      '..%2fadmin',
      '..%5cadmin',
      '%252e%252e/admin',
      '..;/admin',
      '/evil.example/',
      '%2f%2fevil.example',
      'a%00',
      'a%0d%0aX:1',
    ])('refuses the path %s before it asks anybody', async (rest) => {
      const { path, space } = await aTokenConnection(under.admin, 'https://api.example.org/v1');
      const answer = await sendRaw(under.server.url, path(rest), { key: space.key });
      expect([answer.status, answer.headers['x-error-code']]).toEqual([400, 'validation_error']);
    });
  },
  { MARFA_OUTBOUND_ALLOW: '192.0.2.77' },
);

/** Somebody who waits for an answer and does not go. */
function anAsker(): Asker {
  return Object.assign(new EventEmitter(), { destroyed: false }) as unknown as Asker;
}
