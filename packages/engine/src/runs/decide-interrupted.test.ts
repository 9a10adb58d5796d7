import { describe, expect, it } from 'vitest';
import { aClaimedMessage, NOW_MS } from '../../test/a-claimed-message.ts';
import { aConnection } from '../contracts/a-connection.ts';
import { decideInterrupted } from './decide-interrupted.ts';
import { MAX_ATTEMPTS } from './retry-policy.ts';

describe('deciding about a message whose attempts were cut short', () => {
  const connection = aConnection({ scheduleArmed: true });

  it('lets it have its last attempt', () => {
    expect(decideInterrupted(aClaimedMessage(connection, { attempt: MAX_ATTEMPTS }), connection, NOW_MS)).toBeNull();
  });

  it('gives it up after that, with a dead letter', () => {
    const claimed = aClaimedMessage(connection, { attempt: MAX_ATTEMPTS + 1 });
    expect(decideInterrupted(claimed, connection, NOW_MS)).toMatchObject({
      message: { state: 'dead' },
      run: { status: 'dead', error: expect.stringContaining('cut short') },
      health: { consecutiveFailures: 1 },
      activity: [{ severity: 'error', detail: { kind: 'dead_letter', attempts: MAX_ATTEMPTS } }],
    });
  });
});
