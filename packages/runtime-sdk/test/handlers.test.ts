import {
  _resetHandlers,
  ConnectionGoneError,
  dispatchMessage,
  registerItemEventHandler,
  registerManualHandler,
  registerScheduleHandler,
  registerWebhookHandler,
} from '@withmarfa/runtime-sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { aDelivery, aManualMessage, anItemEvent, aTick, CONNECTION } from './support/builders.ts';
import { aContext } from './support/test-context.ts';

beforeEach(() => _resetHandlers());

const { ctx } = aContext();

describe('dispatchMessage', () => {
  it.for([aTick(), aManualMessage(), aDelivery(), anItemEvent()])(
    'fails for good when there is no handler for a $kind message',
    async (message) => {
      const reason = `the connector has no ${message.kind} handler`;
      expect(await dispatchMessage(ctx, message)).toEqual({ ok: false, retry: false, reason });
    },
  );

  it('hands each kind of message to the handler of its kind, with the context', async () => {
    const seen: unknown[] = [];
    const note = async (...given: unknown[]) => {
      seen.push(given);
      return { ok: true } as const;
    };
    registerScheduleHandler(note);
    registerManualHandler(note);
    registerItemEventHandler(note);
    for (const message of [aTick(), aManualMessage(), anItemEvent()]) {
      expect(await dispatchMessage(ctx, message)).toEqual({ ok: true });
      expect(seen.pop()).toEqual([ctx, message]);
    }
  });

  it('gives a manual run to the schedule handler when there is no manual one', async () => {
    const { requested_at_ms, requested_by: _, ...common } = aManualMessage();
    registerScheduleHandler(async (_ctx, message) => {
      expect(message).toEqual({ ...common, kind: 'schedule', scheduled_for_ms: requested_at_ms });
      return { ok: true };
    });
    expect(await dispatchMessage(ctx, aManualMessage())).toEqual({ ok: true });
  });

  it('gives a webhook handler the exact bytes, whatever they are', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    registerWebhookHandler(async (_ctx, { kind, delivery_id, headers, verified_at_ms, body, ...rest }) => {
      expect({ kind, delivery_id, headers, verified_at_ms }).toEqual({
        kind: 'webhook',
        delivery_id: 'delivery-1',
        headers: { 'content-type': 'text/plain' },
        verified_at_ms: 3000,
      });
      expect(rest).not.toHaveProperty('body_base64');
      expect(body).toBeInstanceOf(ArrayBuffer);
      expect(new Uint8Array(body)).toEqual(bytes);
      return { ok: true };
    });
    const body_base64 = Buffer.from(bytes).toString('base64');
    expect(await dispatchMessage(ctx, aDelivery({ body_base64 }))).toEqual({ ok: true });
  });

  it('fails for good when the bytes cannot be decoded', async () => {
    registerWebhookHandler(async () => ({ ok: true }));
    const result = await dispatchMessage(ctx, aDelivery({ body_base64: '?' }));
    expect(result).toEqual({ ok: false, retry: false, reason: 'the body of delivery delivery-1 is not base64' });
  });

  it('passes a failure on as the handler answered it', async () => {
    const answer = { ok: false, retry: true, reason: 'busy', retry_after_seconds: 30 } as const;
    registerScheduleHandler(async () => answer);
    expect(await dispatchMessage(ctx, aTick())).toEqual(answer);
  });

  it('replaces a handler that is registered again', async () => {
    registerScheduleHandler(async () => ({ ok: true }));
    registerScheduleHandler(async () => ({ ok: false, retry: false, reason: 'the second' }));
    expect(await dispatchMessage(ctx, aTick())).toMatchObject({ reason: 'the second' });
  });

  it.for([
    [new Error('out of luck'), 'out of luck'],
    [new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') }), 'fetch failed: connect ECONNREFUSED'],
    [new AggregateError([new Error('first')], 'all failed'), 'all failed: first'],
    [new Error(''), 'Error'],
    ['a text', 'a text'],
    [{ code: 7 }, '{"code":7}'],
    [undefined, 'unknown error'],
    [new Error(`key marfa_k1_${'a'.repeat(49)} refused`), 'key [secret] refused'],
  ] as const)('asks for another attempt when the handler throws %s', async ([thrown, reason]) => {
    registerScheduleHandler(async () => {
      throw thrown;
    });
    expect(await dispatchMessage(ctx, aTick())).toEqual({ ok: false, retry: true, reason });
  });

  it('asks for another attempt when a handler throws before it returns a promise', async () => {
    registerScheduleHandler(() => {
      throw new Error('at once');
    });
    expect(await dispatchMessage(ctx, aTick())).toEqual({ ok: false, retry: true, reason: 'at once' });
  });

  it('leaves it to the host what becomes of the message when the connection is gone', async () => {
    registerScheduleHandler(async () => {
      throw new ConnectionGoneError(CONNECTION);
    });
    expect(await dispatchMessage(ctx, aTick())).toMatchObject({ ok: false, retry: true });
  });

  it('cuts an endless reason', async () => {
    registerScheduleHandler(async () => {
      throw new Error('x'.repeat(100_000));
    });
    const result = await dispatchMessage(ctx, aTick());
    expect(result.ok ? '' : result.reason).toHaveLength(1000);
  });

  it.for([
    [undefined, 'undefined'],
    [null, 'null'],
    [true, 'true'],
    [{}, '{}'],
    [{ ok: 'yes' }, '{"ok":"yes"}'],
    [{ ok: false }, '{"ok":false}'],
    [{ ok: false, retry: true }, '{"ok":false,"retry":true}'],
  ] as const)('fails for good when a handler answers %s', async ([answer, shown]) => {
    registerScheduleHandler((async () => answer) as never);
    expect(await dispatchMessage(ctx, aTick())).toEqual({
      ok: false,
      retry: false,
      reason: `the schedule handler answered ${shown}; expected { ok: true } or { ok: false, retry, reason }`,
    });
  });
});
