import * as byName from '@withmarfa/webhooks';
import { expect, it } from 'vitest';
import * as portable from '../../src/index.ts';
import * as forNode from '../../src/index-for-node.ts';

it('is one door with two ways of hashing: both entries export the same names', () => {
  expect(Object.keys(forNode).sort()).toEqual(Object.keys(portable).sort());
});

it('leads Node to its own hashing', () => {
  expect(byName.verifyWebhook).toBe(forNode.verifyWebhook);
  expect(byName.verifyWebhook).not.toBe(portable.verifyWebhook);
});
