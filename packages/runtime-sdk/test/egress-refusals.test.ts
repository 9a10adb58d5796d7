import { EgressRefusedError } from '@withmarfa/runtime-sdk';
import { createEgressFetch, parseOutboundAllow } from '@withmarfa/runtime-sdk/local';
import { describe, expect, it } from 'vitest';
import { classifyAddress } from '../src/egress/classify-address.ts';
import { startHttpServer } from './support/start-http-server.ts';
import { watchDials } from './support/watch-dials.ts';

const HOSTILE_URLS = [
  // Loopback, in every spelling that URL parsers read.
  'http://127.0.0.1:PORT/',
  'http://127.0.0.1.:PORT/',
  'http://127.1:PORT/',
  'http://127.0.1:PORT/',
  'http://2130706433:PORT/',
  'http://0x7f000001:PORT/',
  'http://0x7f.1:PORT/',
  'http://0177.0.0.1:PORT/',
  'http://017700000001:PORT/',
  'http://0x7f.0x0.0x0.0x1:PORT/',
  'http://127.255.255.254:PORT/',
  'http://１２７.０.０.１:PORT/',
  'http://①②⑦.⓪.⓪.①:PORT/',
  'http://127。0。0。1:PORT/',
  'http://%31%32%37.0.0.1:PORT/',
  'http:127.0.0.1:PORT/',
  'http:\\\\127.0.0.1:PORT/',
  'http://[::1]:PORT/',
  'http://[0:0:0:0:0:0:0:1]:PORT/',
  'http://[::ffff:127.0.0.1]:PORT/',
  'http://[::ffff:7f00:1]:PORT/',
  'http://[::127.0.0.1]:PORT/',
  'http://[::ffff:0:127.0.0.1]:PORT/',
  'http://[64:ff9b::127.0.0.1]:PORT/',
  'http://[64:ff9b:1::7f00:1]:PORT/',
  'http://[2002:7f00:1::]:PORT/',
  'http://[2001:0:7f00:1::]:PORT/',
  // The machine itself, by no address or by name.
  'http://0.0.0.0:PORT/',
  'http://0:PORT/',
  'http://[::]:PORT/',
  'http://localhost:PORT/',
  'http://LOCALHOST:PORT/',
  'http://localhost.:PORT/',
  'http://api.localhost:PORT/',
  'http://localhost.localdomain:PORT/',
  'http://ip6-localhost:PORT/',
  // Networks that are nobody's on the internet.
  'http://10.0.0.1/',
  'http://172.16.0.1/',
  'http://172.31.255.255/',
  'http://192.168.0.1/',
  'http://100.64.0.1/',
  'http://100.100.100.200/',
  'http://169.254.169.254/latest/meta-data/',
  'http://169.254.170.2/',
  'http://0xa9fea9fe/',
  'http://[::ffff:169.254.169.254]/',
  'http://192.0.0.192/',
  'http://192.0.2.1/',
  'http://198.18.0.1/',
  'http://198.19.255.255/',
  'http://203.0.113.7/',
  'http://224.0.0.1/',
  'http://240.0.0.1/',
  'http://255.255.255.255/',
  'http://168.63.129.16/',
  'http://[fd00::1]/',
  'http://[fd00:ec2::254]/',
  'http://[fe80::1]/',
  'http://[fec0::1]/',
  'http://[ff02::1]/',
  'http://[100::1]/',
  'http://[2001:db8::1]/',
  'https://10.0.0.1/',
];

const HOSTILE_ANSWERS: string[][] = [
  ['127.0.0.1'],
  ['0.0.0.0'],
  ['10.1.2.3'],
  ['172.20.0.1'],
  ['192.168.178.1'],
  ['100.64.0.1'],
  ['169.254.169.254'],
  ['198.18.0.1'],
  ['168.63.129.16'],
  ['::1'],
  ['::'],
  ['::ffff:127.0.0.1'],
  ['::ffff:10.0.0.1'],
  ['::10.0.0.1'],
  ['64:ff9b::10.0.0.1'],
  ['64:ff9b:1::a00:1'],
  ['2002:a00:1::'],
  ['2001:0:a00:1::'],
  ['fd12:3456::1'],
  ['fe80::1'],
  ['fe80::1%eth0'],
  ['not an address'],
  // One forbidden address among honest ones.
  ['93.184.216.34', '127.0.0.1'],
  ['2606:2800:220:1::1', '::1'],
];

const nowhere = () => Promise.reject(new Error('nothing is looked up in this test'));

describe('the egress guard', () => {
  it.for(HOSTILE_URLS)('refuses %s and dials nothing', async (spelling) => {
    await using server = await startHttpServer((_, response) => void response.end('inside'));
    using watch = watchDials();
    const egressFetch = createEgressFetch({ allow: [], resolve: nowhere });
    const refused = await egressFetch(spelling.replace('PORT', String(server.port))).catch((error: unknown) => error);
    expect(EgressRefusedError.is(refused)).toBe(true);
    expect(watch.dialled).toEqual([]);
    expect(server.seen).toEqual([]);
  });

  it.for(HOSTILE_ANSWERS)('refuses a name that resolves to %s, and dials nothing', async (...[addresses]) => {
    await using server = await startHttpServer((_, response) => void response.end('inside'));
    using watch = watchDials();
    const resolve = async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    const egressFetch = createEgressFetch({ allow: [], resolve });
    const refused = await egressFetch(`http://innocent.example:${server.port}/`).catch((error: unknown) => error);
    expect(EgressRefusedError.is(refused) && refused).toMatchObject({ rule: 'address', host: 'innocent.example' });
    for (const address of addresses) expect((refused as Error).message).not.toContain(address);
    expect(watch.dialled).toEqual([]);
    expect(server.seen).toEqual([]);
  });

  it.for([
    ['file:///etc/passwd', 'scheme'],
    ['ftp://example.org/', 'scheme'],
    ['data:text/plain,hello', 'scheme'],
    ['blob:nodedata:0000', 'scheme'],
    ['gopher://example.org/', 'scheme'],
    ['http://name@example.org/', 'credentials'],
    ['https://:word@example.org/', 'credentials'],
    ['http://example.org@127.0.0.1/', 'credentials'],
  ] as const)('refuses %s by its %s', async ([url, rule]) => {
    const refused = await createEgressFetch({ allow: [], resolve: nowhere })(url).catch((error: unknown) => error);
    expect(EgressRefusedError.is(refused) && refused.rule).toBe(rule);
  });

  it('judges a Request object by the same rules', async () => {
    const egressFetch = createEgressFetch({ allow: [], resolve: nowhere });
    await expect(egressFetch(new Request('http://10.0.0.1/'))).rejects.toSatisfy(EgressRefusedError.is);
    await expect(egressFetch(new URL('http://10.0.0.1/'))).rejects.toSatisfy(EgressRefusedError.is);
  });

  it('dials the address that it checked, though the name resolves to another one a moment later', async () => {
    await using server = await startHttpServer((_, response) => {
      response.setHeader('connection', 'close').end('first');
    });
    using watch = watchDials();
    const answers = ['127.0.0.2', '127.0.0.1'];
    const asked: string[] = [];
    const egressFetch = createEgressFetch({
      // Stands for a public address.
      allow: parseOutboundAllow('127.0.0.2'),
      resolve: async (host) => {
        asked.push(host);
        return [{ address: answers[asked.length - 1] ?? '127.0.0.1', family: 4 }];
      },
    });
    const url = `http://rebinding.example:${server.port}/`;
    await expect(egressFetch(url)).rejects.toThrow('fetch failed');
    expect(asked).toEqual(['rebinding.example']);
    expect(watch.dialled).toEqual(['127.0.0.2']);
    await expect(egressFetch(url)).rejects.toSatisfy(EgressRefusedError.is);
    expect(asked).toHaveLength(2);
    expect(watch.dialled).toEqual(['127.0.0.2']);
    expect(server.seen).toEqual([]);
  });

  it('tells a name without an address as a network fault, not as a refusal', async () => {
    const egressFetch = createEgressFetch({ allow: [], resolve: async () => [] });
    const failed = await egressFetch('http://nobody.example/').catch((error: unknown) => error);
    expect(EgressRefusedError.is(failed)).toBe(false);
    expect(failed).toMatchObject({ cause: { message: expect.stringContaining('has no address') } });
  });

  it.for([
    '8.8.8.8',
    '1.1.1.1',
    '93.184.216.34',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.255.255',
    '198.17.0.1',
    '2606:4700::1111',
    '2a00:1450:4001::200e',
  ])('takes %s for a public address', (address) => {
    expect(classifyAddress(address)).toBe('public');
  });
});
