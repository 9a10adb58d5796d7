import { inspect } from 'node:util';
import { afterEach, expect, it, vi } from 'vitest';
import { Secret } from '../../platform/secret.ts';
import { createOpenedSecrets } from './opened-secrets.ts';

afterEach(() => vi.useRealTimers());

it('opens a ciphertext once, another one anew, and lets go of both within a minute', () => {
  vi.useFakeTimers();
  const opened = createOpenedSecrets();
  const open = vi.fn(() => Secret.of('canary'));
  opened.open('row first', open);
  expect(opened.open('row first', open).reveal()).toBe('canary');
  expect(open).toHaveBeenCalledTimes(1);
  opened.open('row second', open);
  expect(open).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(60_000);
  opened.open('row first', open);
  expect(open).toHaveBeenCalledTimes(3);
});

it('keeps nothing of what does not open, and shows nothing of what does', () => {
  const opened = createOpenedSecrets();
  const fail = () => {
    throw new Error('damaged');
  };
  expect(() => opened.open('row', fail)).toThrow('damaged');
  opened.open('row', () => Secret.of('canary'));
  expect(inspect(opened, { depth: 9, showHidden: true })).not.toContain('canary');
});
