import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, request as sendRequest } from 'node:http';
import { connect } from 'node:net';
import { type FakeServer, startFakeServer } from '@withmarfa/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeServer } from './support/describe-server.ts';
import { aTokenConnection, sendRaw, type TokenConnection } from './support/upstream-connection.ts';

const MAX_REQUEST = 1_000_000;
const MAX_RESPONSE = 2_000_000;

describeServer(
  'The limits of the proxy',
  (under) => {
    let upstream: FakeServer;
    let connection: TokenConnection;
    let asked = 0;
    /** What happened at the upstream, in order. */
    let events: string[] = [];
    let answerWith: (request: IncomingMessage, response: ServerResponse) => void;
    const heard = (event: string) => expect.poll(() => events, { timeout: 15_000 }).toContain(event);
    const send = (rest: string, options: Parameters<typeof sendRaw>[2] = {}) =>
      sendRaw(under.server.url, connection.path(rest), { key: connection.space.key, ...options });

    beforeAll(async () => {
      upstream = await startFakeServer((request, response) => {
        asked += 1;
        // What ends late belongs to the test that began it.
        const own = events;
        request.on('error', () => undefined);
        request.once('close', () => own.push(request.complete ? 'request whole' : 'request cut'));
        response.once('close', () => own.push(response.writableFinished ? 'answer whole' : 'answer cut'));
        answerWith(request, response);
      });
      connection = await aTokenConnection(under.admin, upstream.url);
    });
    afterAll(() => upstream.close());
    beforeEach(() => {
      asked = 0;
      events = [];
    });

    describe('on requests', () => {
      beforeEach(() => {
        answerWith = (request, response) => {
          request.resume();
          request.once('end', () => response.end('thanks'));
        };
      });

      it('let through what is just not too large', async () => {
        const body = Buffer.alloc(MAX_REQUEST, 'x');
        const answer = await send('x', { method: 'POST', body, headers: { 'content-length': String(body.length) } });
        expect([answer.status, answer.body.toString()]).toEqual([200, 'thanks']);
      });

      it('refuse what says itself that it is too large, before anything is sent on', async () => {
        const body = Buffer.alloc(MAX_REQUEST + 1, 'x');
        const answer = await send('x', { method: 'POST', body, headers: { 'content-length': String(body.length) } });
        expect([answer.status, answer.headers['x-error-code']]).toEqual([413, 'payload_too_large']);
        expect(asked).toBe(0);
      });

      it('refuse what asks first, without letting it come', async () => {
        const headers = { expect: '100-continue', 'content-length': String(MAX_REQUEST + 1) };
        const answer = await send('x', { method: 'POST', headers });
        expect([answer.status, answer.headers['x-error-code'], answer.headers.connection]).toEqual([
          413,
          'payload_too_large',
          'close',
        ]);
      });

      it('cut off what turns out too large, and never let it look whole to the upstream', async () => {
        const body = Buffer.alloc(MAX_REQUEST + 1, 'x');
        const answer = await send('x', { method: 'POST', body, headers: { 'transfer-encoding': 'chunked' } });
        expect([answer.status, answer.headers['x-error-code']]).toEqual([413, 'payload_too_large']);
        await heard('request cut');
        expect(events).not.toContain('request whole');
      });
    });

    describe('on answers', () => {
      it('let through what is just not too long', async () => {
        answerWith = (_request, response) => response.end(Buffer.alloc(MAX_RESPONSE, 'x'));
        expect((await send('x')).body.length).toBe(MAX_RESPONSE);
      });

      it('refuse what says itself that it is too long', async () => {
        answerWith = (_request, response) => {
          response.writeHead(200, { 'content-length': MAX_RESPONSE + 1 });
          response.write('x');
        };
        const answer = await send('x');
        expect([answer.status, answer.headers['x-error-code']]).toEqual([502, 'oauth_proxy_upstream_invalid']);
        expect(JSON.parse(answer.body.toString()).error.details).toMatchObject({
          reason: 'response_too_large',
          limit: MAX_RESPONSE,
        });
        await heard('answer cut');
      });

      it('cut off what turns out too long, so that nobody takes a part for the whole', async () => {
        answerWith = (_request, response) => {
          response.write(Buffer.alloc(MAX_RESPONSE, 'x'));
          response.end('x');
        };
        const answer = await send('x');
        expect([answer.status, answer.broken]).toEqual([200, true]);
      });

      it('break the answer off where the upstream does', async () => {
        answerWith = (_request, response) => {
          response.write('half');
          setImmediate(() => response.destroy());
        };
        const answer = await send('x');
        expect([answer.status, answer.body.toString(), answer.broken]).toEqual([200, 'half', true]);
      });

      it('break it off where it is shorter than it said', async () => {
        answerWith = (_request, response) => {
          response.socket?.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort');
        };
        const answer = await send('x');
        expect([answer.status, answer.broken]).toEqual([200, true]);
      });

      it('say so where there is none, and nobody gets what no HTTP is', async () => {
        for (const spoken of [
          '',
          'SSH-2.0-x\r\n',
          'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
        ]) {
          answerWith = (_request, response) => void response.socket?.end(spoken);
          const answer = await send('x');
          expect([answer.status, answer.headers['x-error-code']]).toEqual([502, 'upstream_unreachable']);
        }
      });
    });

    describe('with a caller that goes', () => {
      async function leaveAfter(event: string, body?: string): Promise<void> {
        const { hostname, port } = new URL(under.server.url);
        const request = sendRequest({
          hostname,
          port,
          path: connection.path('x'),
          method: 'POST',
          agent: false,
          headers: { authorization: `Bearer ${connection.space.key}`, 'transfer-encoding': 'chunked' },
        });
        request.on('error', () => undefined);
        request.on('response', (response) => response.on('error', () => undefined).resume());
        if (body === undefined) request.end();
        else request.write(body);
        await heard(event);
        request.destroy();
      }

      it('while it waits for the answer, the call to the upstream ends', async () => {
        answerWith = (request) => {
          request.resume();
          request.once('end', () => events.push('asked'));
        };
        await leaveAfter('asked');
        await heard('answer cut');
      });

      it('in the middle of the answer, the upstream need not go on', async () => {
        answerWith = (_request, response) => {
          response.once('drain', () => events.push('drained'));
          const pour = () => {
            while (response.write(Buffer.alloc(100, 'x')) && !response.destroyed);
            events.push('pouring');
          };
          pour();
        };
        await leaveAfter('pouring');
        await heard('answer cut');
      });

      it('in the middle of its request, the upstream hears of no end', async () => {
        answerWith = (request) => {
          request.once('data', () => events.push('first piece'));
        };
        await leaveAfter('first piece', 'x'.repeat(100_000));
        await heard('request cut');
        expect(events).not.toContain('request whole');
      });
    });

    it('take from an upstream only as much as the caller reads', async () => {
      let poured = 0;
      let isHeld = false;
      answerWith = (_request, response) => {
        const piece = Buffer.alloc(65_536, 'x');
        const pour = () => {
          while (poured < MAX_RESPONSE - piece.length) {
            poured += piece.length;
            if (!response.write(piece)) {
              isHeld = true;
              response.once('drain', pour);
              return;
            }
          }
          response.end();
        };
        pour();
      };
      const { hostname, port } = new URL(under.server.url);
      const socket = connect(Number(port), hostname);
      socket.pause();
      socket.write(
        `GET ${connection.path('x')} HTTP/1.1\r\nHost: marfa\r\nAuthorization: Bearer ${connection.space.key}\r\nConnection: close\r\n\r\n`,
      );
      await expect.poll(() => isHeld, { timeout: 10_000 }).toBe(true);
      socket.resume();
      let received = 0;
      socket.on('data', (chunk: Buffer) => {
        received += chunk.length;
      });
      await once(socket, 'end');
      expect(received).toBeGreaterThan(poured);
    });
  },
  {
    MARFA_PROXY_MAX_REQUEST_BYTES: String(MAX_REQUEST),
    MARFA_PROXY_MAX_RESPONSE_BYTES: String(MAX_RESPONSE),
  },
);
