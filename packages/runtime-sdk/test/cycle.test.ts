import { CYCLE_HEADERS, nextHopMetadata, SDK_DEFAULT_HOP_BUDGET } from '@withmarfa/runtime-sdk';
import { describe, expect, it } from 'vitest';
import { aManualMessage, anEnvelope, anItemEvent, CONNECTION, ITEM } from './support/builders.ts';
import { startMarfa } from './support/start-marfa.ts';
import { aContext } from './support/test-context.ts';

const OTHER = '0190a8b0-0000-7000-8000-000000000006';
const headersOf = (seen: readonly { headers: Record<string, unknown> }[]) =>
  seen.map(({ headers }) => [headers[CYCLE_HEADERS.origin.toLowerCase()], headers[CYCLE_HEADERS.hop.toLowerCase()]]);

describe('a run that an item event woke', () => {
  it('knows its chain, and goes one step further with every write', async () => {
    await using marfa = await startMarfa({
      'POST /items': () => ({ status: 201, body: anEnvelope() }),
      [`PATCH /items/${ITEM}`]: () => ({ status: 200, body: anEnvelope() }),
      [`GET /items/${ITEM}`]: () => ({ status: 200, body: anEnvelope() }),
    });
    const cycle = { originating_connection_id: OTHER, hop_count: 2 };
    const message = { ...anItemEvent(), cycle };
    const { ctx } = aContext({ request: { message, server_url: marfa.url } });
    expect(ctx.cycle).toEqual(cycle);
    await ctx.marfa.createItem({ type: 'core.note', source_id: 'one' });
    await ctx.marfa.updateItem(ITEM, { properties: {} });
    await ctx.marfa.getItem(ITEM);
    expect(headersOf(marfa.seen)).toEqual([
      [OTHER, '3'],
      [OTHER, '3'],
      [undefined, undefined],
    ]);
  });
});

describe('any other run', () => {
  it('has no chain, and begins one with what it writes', async () => {
    await using marfa = await startMarfa({ 'POST /items': () => ({ status: 201, body: anEnvelope() }) });
    const { ctx } = aContext({ request: { message: aManualMessage(), server_url: marfa.url } });
    expect(ctx.cycle).toBeNull();
    await ctx.marfa.createItem({ type: 'core.note', source_id: 'one' });
    expect(headersOf(marfa.seen)).toEqual([[CONNECTION, '1']]);
    expect(nextHopMetadata(CONNECTION, null).hop_count).toBeLessThan(SDK_DEFAULT_HOP_BUDGET);
  });
});
