import { Writable } from 'node:stream';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.ts';
import { Secret } from './secret.ts';

const CANARY = 'marfa_k1_canary';

function aLog() {
  let text = '';
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  return { logger: createLogger('trace', sink), text: () => text };
}

describe('the log', () => {
  it.each([
    ['a key', { key: CANARY }],
    ['a nested password', { body: { password: CANARY } }],
    ['a token two levels down', { a: { b: { token: CANARY } } }],
    ['an authorization header', { req: { headers: { authorization: `Bearer ${CANARY}` } } }],
    ['a cookie', { req: { headers: { cookie: CANARY } } }],
    ['a secret of its own type', { anything: Secret.of(CANARY) }],
  ])('never holds %s', (_what, fields) => {
    const { logger, text } = aLog();
    logger.info(fields, 'something happened');
    expect(text()).toContain('something happened');
    expect(text()).not.toContain(CANARY);
  });

  it('tells an error with its cause', () => {
    const { logger, text } = aLog();
    logger.error({ error: new Error('outer', { cause: new Error('inner') }) }, 'failed');
    const line = JSON.parse(text());
    expect(line.error.message).toBe('outer');
    expect(line.error.cause.message).toBe('inner');
    expect(line.time).toMatch(/Z$/);
  });
});

describe('a secret', () => {
  it('is not shown by any way of turning it into text', () => {
    const secret = Secret.of(CANARY);
    for (const text of [
      String(secret),
      `${secret}`,
      JSON.stringify({ secret }),
      inspect(secret),
      inspect({ deep: { secret } }),
    ]) {
      expect(text).not.toContain(CANARY);
    }
    expect(secret.reveal()).toBe(CANARY);
  });
});
