import {
  _resetHandlers,
  ConnectionGoneError,
  dispatchRenewal,
  type Registration,
  type RenewalRequest,
  type RenewResult,
  registerRenewHandler,
  registerWebhookHandler,
} from '@withmarfa/runtime-sdk';
import { type LogLine, type RunRequest, runHandler } from '@withmarfa/runtime-sdk/host';
import { beforeEach, describe, expect, it } from 'vitest';
import { aDelivery, aRunRequest, CONNECTION, dependencies } from './support/builders.ts';
import { aContext } from './support/test-context.ts';

beforeEach(() => _resetHandlers());

const SECRET = 'whsec_"quoted" and long';
const inbound = { receipt_url: 'https://marfa.example/webhooks/inbound/1', secret: SECRET };
const channel: Registration = { id: 'channel-1', expires_at: '2026-03-08T12:00:00.000Z', detail: { of: 'calendar' } };
const nothing = { cursor_set: {}, cursor_cleared: [], items_created: 0, items_updated: 0 };

const aRenewal = (overrides: Partial<RunRequest> = {}) =>
  aRunRequest({
    message: { kind: 'renew', integration_name: 'acme.test', connection_id: CONNECTION, requested_at_ms: 1000 },
    inbound,
    ...overrides,
  });
const renewWith = (answer: unknown) => {
  registerRenewHandler(async () => answer as RenewResult);
  return runHandler(aRenewal(), dependencies());
};

describe('a renewal', () => {
  it('is given the address, its secret and what was registered last, and hands over what there is now', async () => {
    const seen: RenewalRequest[] = [];
    registerRenewHandler(async (ctx, request) => {
      seen.push(request);
      expect(ctx.registrations).toEqual([channel]);
      await ctx.cursor.write('main', 1);
      return { ok: true, registrations: [channel, { id: 'channel-2', expires_at: '2026-03-09T12:00:00+01:00' }] };
    });
    const outcome = await runHandler(aRenewal({ registrations: [channel] }), dependencies());
    expect(seen).toEqual([{ inbound, registrations: [channel] }]);
    expect(outcome).toEqual({
      ...nothing,
      result: { ok: true },
      cursor_set: { main: 1 },
      registrations: [channel, { id: 'channel-2', expires_at: '2026-03-09T12:00:00+01:00' }],
    });
  });

  it('is told when nothing is received any more, and that nothing was registered yet', async () => {
    const seen: RenewalRequest[] = [];
    registerRenewHandler(async (_ctx, request) => {
      seen.push(request);
      return { ok: true, registrations: [] };
    });
    const { inbound: _none, ...request } = aRenewal();
    expect(await runHandler(request, dependencies())).toMatchObject({ result: { ok: true }, registrations: [] });
    expect(seen).toEqual([{ inbound: null, registrations: [] }]);
  });

  it('that failed half-way says what there is, and keeps no cursor', async () => {
    registerRenewHandler(async (ctx) => {
      await ctx.cursor.write('main', 1);
      return { ok: false, retry: true, reason: 'busy', retry_after_seconds: 9, registrations: [channel] };
    });
    expect(await runHandler(aRenewal(), dependencies())).toEqual({
      ...nothing,
      result: { ok: false, retry: true, reason: 'busy', retry_after_seconds: 9 },
      registrations: [channel],
    });
  });

  it('that throws is tried again, also when its Connection was paused under it', async () => {
    registerRenewHandler(() => Promise.reject(new TypeError('no route')));
    expect(await dispatchRenewal(aContext().ctx, { inbound, registrations: [] })).toEqual({
      result: { ok: false, retry: true, reason: 'no route' },
    });
    registerRenewHandler(() => Promise.reject(new ConnectionGoneError(CONNECTION)));
    expect((await dispatchRenewal(aContext().ctx, { inbound, registrations: [] })).result).toMatchObject({
      retry: true,
    });
  });

  it('has failed for good without a hook', async () => {
    expect(await runHandler(aRenewal(), dependencies())).toMatchObject({
      result: { ok: false, retry: false, reason: 'the connector has no renew hook' },
    });
  });

  it.each([
    ['nothing', undefined],
    ['no registrations', { ok: true }],
    ['a registration without an end', { ok: true, registrations: [{ id: 'a' }] }],
    ['an end that is no time', { ok: true, registrations: [{ id: 'a', expires_at: 'soon' }] }],
    ['a registration without an id', { ok: true, registrations: [{ ...channel, id: '' }] }],
    ['too much detail', { ok: true, registrations: [{ ...channel, detail: { all: 'x'.repeat(2000) } }] }],
    ['too many', { ok: true, registrations: Array.from({ length: 1001 }, () => channel) }],
    ['a failure without a reason', { ok: false, retry: true }],
  ])('has failed for good when its hook answers %s', async (_what, answer) => {
    const { result, registrations } = await renewWith(answer);
    expect(result).toMatchObject({ ok: false, retry: false });
    expect(registrations).toBeUndefined();
  });

  it('tells nobody the secret, in a reason or in the log', async () => {
    const lines: LogLine[] = [];
    registerRenewHandler(async (ctx) => {
      ctx.log.warn(`refused with ${SECRET}`, { body: { token: SECRET } });
      return { ok: false, retry: true, reason: `the upstream refuses ${SECRET}` };
    });
    const outcome = await runHandler(aRenewal(), dependencies({ log: (line) => lines.push(line) }));
    expect(outcome.result).toMatchObject({ reason: 'the upstream refuses [secret]' });
    expect(lines).toMatchObject([{ message: 'refused with [secret]', fields: { body: { token: '[secret]' } } }]);
    registerRenewHandler(() => Promise.reject(new Error(`token ${SECRET}`)));
    expect((await runHandler(aRenewal(), dependencies())).result).toMatchObject({ reason: 'token [secret]' });
  });
});

describe('every other handler', () => {
  it('sees what is registered, and cannot change it', async () => {
    registerWebhookHandler(async (ctx) => {
      expect(ctx.registrations).toEqual([channel]);
      expect(() => (ctx.registrations as Registration[]).push(channel)).toThrow(TypeError);
      return { ok: true };
    });
    const outcome = await runHandler(aRunRequest({ message: aDelivery(), registrations: [channel] }), dependencies());
    expect(outcome).toEqual({ ...nothing, result: { ok: true } });
  });

  it('sees nothing where nothing is registered', () => {
    expect(aContext().ctx.registrations).toEqual([]);
  });
});
