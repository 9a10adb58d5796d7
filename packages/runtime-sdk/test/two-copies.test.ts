import {
  _resetHandlers,
  BodyTooLargeError,
  ConnectionGoneError,
  dispatchMessage,
  EgressRefusedError,
  MarfaApiError,
  RunEndedError,
  registerScheduleHandler,
} from '@withmarfa/runtime-sdk';
import { describe, expect, it } from 'vitest';
import { aTick } from './support/builders.ts';
import { aContext } from './support/test-context.ts';

/** The query makes it another module, with classes and variables of its own. */
async function ofAnotherCopy(path: string): Promise<Record<string, unknown>> {
  return (await import(/* @vite-ignore */ `../src/${path}?another-copy`)) as Record<string, unknown>;
}

describe('two copies of the package in one process', () => {
  it('share their handlers', async () => {
    const copy = await ofAnotherCopy('handlers/register-schedule-handler.ts');
    const register = copy.registerScheduleHandler as typeof registerScheduleHandler;
    expect(register).not.toBe(registerScheduleHandler);
    register(async () => ({ ok: false, retry: false, reason: 'from the other copy' }));
    expect(await dispatchMessage(aContext().ctx, aTick())).toMatchObject({ reason: 'from the other copy' });
    _resetHandlers();
  });

  const classes = [
    { ours: MarfaApiError, path: 'errors/marfa-api-error.ts', given: ['refused', { status: 400, code: 'conflict' }] },
    { ours: ConnectionGoneError, path: 'errors/connection-gone-error.ts', given: ['an id'] },
    { ours: EgressRefusedError, path: 'errors/egress-refused-error.ts', given: ['name', 'localhost', 'no'] },
    { ours: BodyTooLargeError, path: 'errors/body-too-large-error.ts', given: [10] },
    { ours: RunEndedError, path: 'errors/run-ended-error.ts', given: ['over'] },
  ] as const;

  it.for(classes)('know each other’s $ours.name', async ({ ours, path, given }) => {
    const Theirs = (await ofAnotherCopy(path))[ours.name] as new (...given: readonly unknown[]) => Error;
    const error = new Theirs(...given);
    expect(error).not.toBeInstanceOf(ours);
    expect(error.name).toBe(ours.name);
    for (const { ours: other } of classes) expect(other.is(error)).toBe(other === ours);
    expect(ours.is(new Error('another'))).toBe(false);
    expect(ours.is(undefined)).toBe(false);
  });

  it('tell a MarfaApiError by its code', () => {
    const error = new MarfaApiError('refused', { status: 409, code: 'conflict' });
    expect(MarfaApiError.is(error, 'conflict')).toBe(true);
    expect(MarfaApiError.is(error, 'not_found')).toBe(false);
  });
});
