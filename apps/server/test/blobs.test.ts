import { createHash, randomBytes } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { describeServer } from './support/describe-server.ts';
import { refusal } from './support/refusal.ts';
import { aKey, aSpace, type Space } from './support/spaces.ts';

const MAX_BLOB_SIZE = 300_000;
const hashOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

describeServer(
  'Blobs',
  (under) => {
    let space: Space;
    let other: Space;
    beforeAll(async () => {
      space = await aSpace(under.admin);
      other = await aSpace(under.admin);
    });

    const send = async (
      method: string,
      path: string,
      options: { key?: string; body?: Uint8Array; headers?: object } = {},
    ) => {
      const { key, body, headers } = options;
      const response = await fetch(`${under.server.url}${path}`, {
        method,
        headers: { ...(key ? { authorization: `Bearer ${key}` } : {}), ...headers },
        ...(body ? { body: Uint8Array.from(body) } : {}),
      });
      const bytes = Buffer.from(await response.arrayBuffer());
      const isJson = /json/.test(response.headers.get('content-type') ?? '');
      return {
        status: response.status,
        headers: response.headers,
        bytes,
        body: isJson ? JSON.parse(bytes.toString()) : null,
      };
    };
    const upload = (body: Uint8Array, key = space.key, type = 'image/png') =>
      send('POST', '/blobs', { key, body, headers: { 'content-type': type } });

    it('are kept under the hash of their bytes and come back byte for byte, as nobody’s web page', async () => {
      const bytes = randomBytes(200_000);
      const first = await upload(bytes, space.key, 'text/html');
      expect([first.status, first.body]).toEqual([201, { hash: hashOf(bytes), mime_type: 'text/html', size: 200_000 }]);
      expect((await upload(bytes, space.key, 'image/png')).status).toBe(200);
      const back = await send('GET', `/blobs/${hashOf(bytes)}`, { key: space.key });
      expect(back.status).toBe(200);
      expect(back.bytes.equals(bytes)).toBe(true);
      expect(Object.fromEntries(back.headers)).toMatchObject({
        'content-type': 'text/html',
        'content-length': '200000',
        'content-disposition': 'attachment',
        'x-content-type-options': 'nosniff',
      });
      expect(back.headers.get('content-security-policy')).toContain('sandbox');
    });

    it('may be empty', async () => {
      const { status, body } = await send('POST', '/blobs', { key: space.key });
      expect([status, body.size]).toEqual([201, 0]);
      expect((await send('GET', `/blobs/${body.hash}`, { key: space.key })).bytes).toHaveLength(0);
    });

    it('come in parts, and not at all to who has them already', async () => {
      const bytes = randomBytes(1000);
      const { hash } = (await upload(bytes)).body;
      const get = (headers: object) => send('GET', `/blobs/${hash}`, { key: space.key, headers });
      const part = await get({ range: 'bytes=100-199' });
      expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 100-199/1000']);
      expect(part.bytes.equals(bytes.subarray(100, 200))).toBe(true);
      expect((await get({ range: 'bytes=-10' })).bytes.equals(bytes.subarray(990))).toBe(true);
      expect(refusal(await get({ range: 'bytes=1000-' }))).toMatchObject({ status: 416 });
      expect((await get({ range: 'lines=1-2' })).status).toBe(200);
      for (const [known, status] of [
        [`"${hash}"`, 206],
        ['"another"', 200],
        ['Sat, 21 Nov 2026 00:00:00 GMT', 200],
      ])
        expect((await get({ range: 'bytes=1-2', 'if-range': known })).status).toBe(status);
      for (const known of [`"${hash}"`, `"another", W/"${hash}"`, '*'])
        expect((await get({ 'if-none-match': known })).status).toBe(304);
      expect((await send('HEAD', `/blobs/${hash}`, { key: space.key })).headers.get('content-length')).toBe('1000');
    });

    it('are of one space: elsewhere their hash names nothing', async () => {
      const { hash } = (await upload(randomBytes(100))).body;
      const foreign = await send('GET', `/blobs/${hash}`, { key: other.key });
      const missing = await send('GET', `/blobs/${hashOf(randomBytes(9))}`, { key: other.key });
      expect([refusal(foreign), refusal(missing)]).toEqual([
        { status: 404, code: 'blob_not_found' },
        { status: 404, code: 'blob_not_found' },
      ]);
      expect(refusal(await send('GET', `/blobs/${hash}/url`, { key: other.key })).code).toBe('blob_not_found');
    });

    it('open for a few minutes to whoever has a signed address, and to no other hash or space', async () => {
      const bytes = randomBytes(100);
      const { hash } = (await upload(bytes)).body;
      const second = (await upload(randomBytes(100))).body.hash;
      const { body } = await send('GET', `/blobs/${hash}/url`, { key: space.key });
      const address = new URL(body.url);
      expect(Date.parse(body.expires_at)).toBeGreaterThan(Date.now());
      expect((await send('GET', address.pathname + address.search)).bytes.equals(bytes)).toBe(true);

      const altered = (change: (url: URL) => void) => {
        const url = new URL(address);
        change(url);
        return send('GET', url.pathname + url.search);
      };
      for (const change of [
        (url: URL) => url.searchParams.set('expires', '99999999999'),
        (url: URL) => url.searchParams.set('expires', '1'),
        (url: URL) => url.searchParams.set('space', other.id),
        (url: URL) => url.searchParams.set('signature', 'x'),
        (url: URL) => {
          url.pathname = `/blobs/${second}`;
        },
      ])
        expect(refusal(await altered(change))).toMatchObject({ status: 401 });
      expect(refusal(await send('GET', `/blobs/${hash}`))).toMatchObject({ status: 401, code: 'unauthorized' });
    });

    it('have signed addresses in the server’s own space as well', async () => {
      const made = await under.admin.post('/keys', { label: 'Own', source: 'blobs-own', role: 'admin' });
      const { hash } = (await upload(randomBytes(10), made.body.key)).body;
      const { url } = (await send('GET', `/blobs/${hash}/url`, { key: made.body.key })).body;
      const { pathname, search } = new URL(url);
      expect((await send('GET', pathname + search)).status).toBe(200);
    });

    it('are refused past the limit, however they come, and leave nothing', async () => {
      const tooMuch = randomBytes(MAX_BLOB_SIZE + 1);
      expect(refusal(await upload(tooMuch))).toMatchObject({ status: 413, code: 'payload_too_large' });
      const chunked = await fetch(`${under.server.url}/blobs`, {
        method: 'POST',
        headers: { authorization: `Bearer ${space.key}` },
        body: new Blob([tooMuch]).stream(),
        duplex: 'half',
      } as RequestInit).catch(() => null);
      if (chunked) expect(chunked.status).toBe(413);
      expect(refusal(await send('GET', `/blobs/${hashOf(tooMuch)}`, { key: space.key })).code).toBe('blob_not_found');
    });

    it('need a credential that writes something to come in, and one that reads something to go out', async () => {
      const reader = await aKey(space.api, { type_permissions: { 'core.note': 'read' } });
      const nobody = await aKey(space.api);
      const bytes = randomBytes(50);
      expect(refusal(await upload(bytes, reader.key)).code).toBe('forbidden');
      await upload(bytes);
      expect((await send('GET', `/blobs/${hashOf(bytes)}`, { key: reader.key })).status).toBe(200);
      expect(refusal(await send('GET', `/blobs/${hashOf(bytes)}`, { key: nobody.key })).code).toBe('forbidden');
    });

    it.each(['nonsense', 'sha256:abc', `sha256:${'Z'.repeat(64)}`, '../../etc/passwd', '%2e%2e%2fkeys'])(
      'have names that are hashes: %s is none',
      async (name) => {
        const answer = await send('GET', `/blobs/${name}`, { key: space.key });
        expect([400, 404]).toContain(refusal(answer).status);
      },
    );

    it('leave an audit row, once', async () => {
      const bytes = randomBytes(10);
      await upload(bytes);
      await upload(bytes);
      const { body } = await space.api.get(`/audit?action=blob.upload&resource_id=${hashOf(bytes)}`);
      expect(body.data).toMatchObject([{ resource_type: 'blob', details: { size: 10 } }]);
    });
  },
  { MAX_BLOB_SIZE: String(MAX_BLOB_SIZE) },
);
