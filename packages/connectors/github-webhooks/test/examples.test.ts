import { describe, expect, it } from 'vitest';
import { aConnection, aDelivery, aFormDelivery } from './support/a-delivery.ts';
import { EDITIONS, type Example, examplesOf } from './support/examples.ts';

const FORMS = [
  ['JSON', aDelivery],
  ['a form', aFormDelivery],
] as const;

/** By hand, so that the connector is not its own judge. */
function isWanted({ event, payload }: Example): boolean {
  return ['issues opened', 'pull_request opened'].includes(`${event} ${String(payload.action)}`);
}

describe.each(FORMS)('recorded deliveries, as %s', (_form, deliver) => {
  it.each(EDITIONS)('of %s are all acknowledged, and those that open something write an item', async (edition) => {
    const harness = aConnection();
    const examples = examplesOf(edition);
    expect(examples.length).toBeGreaterThan(40);
    for (const example of examples) {
      const before = harness.items.length;
      const outcome = await harness.deliverWebhook(deliver(example.event, example.payload));
      const what = `${example.event} ${String(example.payload.action)}`;
      expect(outcome.result, what).toEqual({ ok: true });
      expect(outcome.items_created + outcome.items_updated, what).toBe(isWanted(example) ? 1 : 0);
      if (!isWanted(example)) expect(harness.items.length, what).toBe(before);
    }
  });
});

it('makes one bookmark of an issue and one of a pull request, out of eight deliveries that open them', async () => {
  const harness = aConnection();
  const wanted = examplesOf('api.github.com').filter(isWanted);
  expect(wanted).toHaveLength(8);
  for (const { event, payload } of wanted) await harness.deliverWebhook(aDelivery(event, payload));
  expect(harness.items.map(({ source_id }) => source_id)).toEqual([
    'Codertocat/Hello-World/issue/1',
    'Codertocat/Hello-World/pull_request/2',
  ]);
  expect(harness.items[1]).toMatchObject({
    type: 'core.bookmark',
    tier: 'feed',
    timestamp: '2019-05-15T15:20:33.000Z',
    properties: {
      url: 'https://github.com/Codertocat/Hello-World/pull/2',
      title: 'Codertocat/Hello-World#2 Update the README with new information.',
      body: 'This is a pretty simple change that we need to pull into master.',
      author: 'Codertocat',
      published_at: '2019-05-15T15:20:33.000Z',
    },
  });
});
