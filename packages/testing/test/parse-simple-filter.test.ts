import { type CreateItemInput, MarfaError } from '@withmarfa/runtime-sdk';
import { createTestHarness } from '@withmarfa/testing';
import { describe, expect, it } from 'vitest';

function aSpace(...inputs: CreateItemInput[]) {
  const harness = createTestHarness({ integrationName: 'acme.test' });
  for (const input of inputs) harness.space.createItem(input);
  const list = async (filter: string) =>
    (await harness.ctx.marfa.listItems({ filter, direction: 'asc' })).data.map(({ source_id }) => source_id);
  return { list };
}
const aNote = (source_id: string, properties = {}) => ({ type: 'core.note', source_id, properties });

describe('looking items up in the space of a harness', () => {
  it.for<[string, string[]]>([
    ['source_id eq "a"', ['a']],
    ['source_id in ("a", "b\\"c","none")', ['a', 'b"c']],
    ['source_id in ("a") or properties.title eq "Third"', ['a', 'd']],
    ['properties.title in ("Third")', ['d']],
    ['properties.of.what eq "deep"', ['d']],
    ['source eq "nobody"', []],
    ['type eq "core.note"', ['a', 'b"c', 'd']],
  ])('understands %s', async ([filter, expected]) => {
    const space = aSpace(aNote('a'), aNote('b"c'), aNote('d', { title: 'Third', of: { what: 'deep' } }));
    expect(await space.list(filter)).toEqual(expected);
  });

  it.for(['', 'version gt 1', 'source_id eq "a" and type eq "b"', 'not type eq "b"', 'type eq "b" or', 'title eq "a"'])(
    'says of %s that it is beyond it',
    async (filter) => {
      const fault = aSpace()
        .list(filter)
        .catch((error: unknown) => error);
      expect(await fault).toMatchObject({ code: 'validation_error' });
      expect(MarfaError.is(await fault)).toBe(false);
    },
  );
});
