import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { readWebhook, WebhookBodyError } from '@withmarfa/webhooks/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyWebhook } from '../../src/index-for-node.ts';
import { aDelivery, OPTIONS, withHeader } from '../support/a-delivery.ts';

let server: Server;
let port: number;
/** What the test does with each request; its answer is sent as JSON. */
let handle: (incoming: IncomingMessage) => Promise<unknown>;

beforeEach(async () => {
  server = createServer((incoming, response) => {
    handle(incoming).then(
      (answer) => response.end(JSON.stringify(answer)),
      (error: unknown) => {
        response.writeHead(WebhookBodyError.is(error) ? error.status : 599);
        response.end(JSON.stringify(WebhookBodyError.is(error) ? error.code : String(error)));
      },
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function send(body: BodyInit | null, headers: Record<string, string> = {}) {
  const duplex = body instanceof ReadableStream ? { duplex: 'half' as const } : {};
  const response = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body, headers, ...duplex });
  return { status: response.status, answer: await response.json() };
}

/** @returns all that the server says until it closes. */
async function sendRaw(text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(text);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

describe('a delivery read from a request of Node', () => {
  it('is verified as it came', async () => {
    const delivery = await aDelivery('github', {
      body: Uint8Array.from({ length: 200_000 }, (_, index) => index & 0xff),
    });
    handle = async (incoming) => verifyWebhook('github', await readWebhook(incoming), OPTIONS);
    expect(await send(delivery.body, delivery.headers)).toMatchObject({ status: 200, answer: { verified: true } });
    const forged = withHeader(delivery, 'x-hub-signature-256', `sha256=${'0'.repeat(64)}`);
    expect(await send(forged.body, forged.headers)).toMatchObject({ answer: { reason: 'signature_mismatch' } });
  });

  it('may have no body at all', async () => {
    const { headers } = await aDelivery('google-channel');
    handle = async (incoming) => verifyWebhook('google-channel', await readWebhook(incoming), OPTIONS);
    expect(await send(null, headers)).toMatchObject({ answer: { verified: true } });
  });

  it('keeps each of its headers, also those that Node drops or joins', async () => {
    handle = async (incoming) => (await readWebhook(incoming)).headers;
    const answer = await sendRaw(
      'POST / HTTP/1.1\r\nHost: a\r\nUser-Agent: one\r\nUser-Agent: two\r\nX-Sig: 1\r\nx-sig: 2\r\n__proto__: x\r\nConnection: close\r\n\r\n',
    );
    expect(JSON.parse(answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1))).toEqual(
      JSON.parse(
        '{"host":["a"],"user-agent":["one","two"],"x-sig":["1","2"],"__proto__":["x"],"connection":["close"]}',
      ),
    );
  });

  it('is refused when its signature header stands twice', async () => {
    const { headers } = await aDelivery('github', { body: '' });
    handle = async (incoming) => verifyWebhook('github', await readWebhook(incoming), OPTIONS);
    const line = `X-Hub-Signature-256: ${headers['x-hub-signature-256']}\r\n`;
    const answer = await sendRaw(`POST / HTTP/1.1\r\nHost: a\r\n${line}${line}Connection: close\r\n\r\n`);
    expect(answer).toContain('signature_format_invalid');
  });

  it('is not read when a parser was there before, and says so', async () => {
    handle = async (incoming) => {
      for await (const _chunk of incoming);
      return readWebhook(incoming);
    };
    expect(await send('{}')).toEqual({ status: 500, answer: 'body_already_read' });
    handle = async (incoming) => {
      incoming.setEncoding('utf8');
      return readWebhook(incoming);
    };
    expect(await send('{}')).toEqual({ status: 500, answer: 'body_already_read' });
  });

  it('is as long as the cap at most, whether its length is told or not', async () => {
    handle = async (incoming) => (await readWebhook(incoming, { maxBytes: 1000 })).body.length;
    const inPieces = (length: number) =>
      new ReadableStream({
        start(controller) {
          for (let sent = 0; sent < length; sent += 100)
            controller.enqueue(new Uint8Array(Math.min(100, length - sent)));
          controller.close();
        },
      });
    expect(await send(new Uint8Array(1000))).toEqual({ status: 200, answer: 1000 });
    expect(await send(inPieces(1000))).toEqual({ status: 200, answer: 1000 });
    expect(await send(new Uint8Array(1001))).toEqual({ status: 413, answer: 'body_too_large' });
    expect(await send(inPieces(1001))).toEqual({ status: 413, answer: 'body_too_large' });
    expect(await send(inPieces(900_000))).toEqual({ status: 413, answer: 'body_too_large' });
  });

  it('is given up when its sender leaves in the middle', async () => {
    const told = Promise.withResolvers<unknown>();
    handle = async (incoming) => {
      incoming.once('data', () => socket.destroy());
      return readWebhook(incoming).then(told.resolve, told.resolve);
    };
    const socket = connect(port, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf');
    const fault = await told.promise;
    expect(WebhookBodyError.is(fault, 'body_incomplete')).toBe(true);
    expect(WebhookBodyError.is(fault, 'body_too_large')).toBe(false);
  });

  it('is given up when somebody else ends the request without a word', async () => {
    const told = Promise.withResolvers<unknown>();
    handle = async (incoming) => {
      incoming.once('data', () => incoming.destroy());
      return readWebhook(incoming).then(told.resolve, told.resolve);
    };
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf');
    expect(WebhookBodyError.is(await told.promise, 'body_incomplete')).toBe(true);
    socket.destroy();
  });
});
