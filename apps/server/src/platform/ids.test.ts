import { expect, it, vi } from 'vitest';
import { newId } from './ids.ts';

it('makes UUIDv7s that sort as they were made, also within a millisecond and when the clock goes back', () => {
  const ids = Array.from({ length: 2000 }, newId);
  vi.useFakeTimers({ now: Date.now() - 3_600_000 });
  ids.push(newId());
  vi.useRealTimers();
  expect(new Set(ids).size).toBe(ids.length);
  expect([...ids].sort()).toEqual(ids);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
