import { gzipSync } from 'node:zlib';
import { BodyTooLargeError, readBody } from '@withmarfa/runtime-sdk';
import { createEgressFetch, parseOutboundAllow } from '@withmarfa/runtime-sdk/local';
import { describe, expect, it } from 'vitest';
import { startHttpServer } from './support/start-http-server.ts';

const egressFetch = createEgressFetch({ allow: parseOutboundAllow('127.0.0.1') });
const MEGABYTE = 1024 * 1024;

describe('readBody', () => {
  it('reads a body up to its cap, to the byte', async () => {
    await using server = await startHttpServer((_, response) => void response.end('hello'));
    const bytes = await readBody(await egressFetch(server.url), { maxBytes: 5 });
    expect(new TextDecoder().decode(bytes)).toBe('hello');
    await expect(readBody(await egressFetch(server.url), { maxBytes: 4 })).rejects.toSatisfy(BodyTooLargeError.is);
  });

  it('reads nothing where there is nothing', async () => {
    await using server = await startHttpServer((_, response) => void response.writeHead(204).end());
    expect(await readBody(await egressFetch(server.url), { maxBytes: 0 })).toEqual(new Uint8Array(0));
  });

  it('counts what a small download unfolds to', async () => {
    const bomb = gzipSync(Buffer.alloc(20 * MEGABYTE));
    await using server = await startHttpServer((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': bomb.length }).end(bomb);
    });
    const read = readBody(await egressFetch(server.url), { maxBytes: MEGABYTE });
    await expect(read).rejects.toThrow('The response body is larger than 1048576 bytes.');
  });

  it('lets go of an endless body as soon as the cap is passed', async () => {
    const ended = Promise.withResolvers<void>();
    await using server = await startHttpServer((_, response) => {
      const piece = Buffer.alloc(64 * 1024);
      const pour = () => {
        while (!response.destroyed && response.write(piece));
      };
      response.on('drain', pour).on('close', ended.resolve);
      pour();
    });
    await expect(readBody(await egressFetch(server.url), { maxBytes: MEGABYTE })).rejects.toThrow(BodyTooLargeError);
    await ended.promise;
  });

  it('stops when the signal fires, though nothing more comes', async () => {
    await using server = await startHttpServer((_, response) => void response.write('hel'));
    const stop = new AbortController();
    const response = await egressFetch(server.url);
    const reading = readBody(response, { maxBytes: 5, signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
    await expect(readBody(new Response('x'), { maxBytes: 5, signal: stop.signal })).rejects.toThrow('enough');
  });

  it('tells a body that breaks off', async () => {
    await using server = await startHttpServer((_, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('hel');
      response.destroy();
    });
    await expect(egressFetch(server.url).then((response) => readBody(response, { maxBytes: 100 }))).rejects.toThrow();
  });
});
