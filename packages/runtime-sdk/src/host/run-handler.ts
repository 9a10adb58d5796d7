import type { HandlerResult } from '@withmarfa/shared';
import { buildConnectionContext } from '../context/build-connection-context.ts';
import { RunEndedError } from '../errors/run-ended-error.ts';
import { dispatchMessage } from '../handlers/dispatch-message.ts';
import { describeError } from '../text/describe-error.ts';
import type { RunOutcome, RunRequest } from './protocol.ts';
import type { RunDependencies } from './run-dependencies.ts';

/**
 * Runs the registered handler once. Never throws: whatever goes wrong becomes the outcome's result. At the deadline,
 * or when the host cancels, the outcome comes at once, even from a handler that does not listen to its signal; from
 * then on the context refuses every use. Cursor changes and a disarm reason are part of a successful outcome alone.
 */
export async function runHandler(request: RunRequest, dependencies: RunDependencies): Promise<RunOutcome> {
  const ending = new AbortController();
  let stopListening = () => {};
  try {
    stopListening = endOnTime(request, dependencies, ending);
    const { ctx, effects } = buildConnectionContext(request, { signal: ending.signal, dependencies });
    const ended = failureAtEnd(ending.signal);
    const result = await (ending.signal.aborted ? ended : Promise.race([dispatchMessage(ctx, request.message), ended]));
    return toOutcome(result, effects());
  } catch (error) {
    return toOutcome({ ok: false, retry: true, reason: describeError(error) });
  } finally {
    stopListening();
    ending.abort(new RunEndedError('The run has ended.'));
  }
}

/** Fires `ending` at the deadline and when the host cancels. @returns a function that stops listening. */
function endOnTime(request: RunRequest, dependencies: RunDependencies, ending: AbortController): () => void {
  const { clock, cancel } = dependencies;
  const allowedMs = Math.max(0, request.deadline_ms - clock.now());
  const cancelTimer = clock.after(allowedMs, () => {
    const seconds = Math.round(allowedMs / 100) / 10;
    ending.abort(new RunEndedError(`the run passed its deadline of ${seconds} s`));
  });
  const onCancel = () => ending.abort(new RunEndedError('the host cancelled the run'));
  if (cancel?.aborted) onCancel();
  cancel?.addEventListener('abort', onCancel, { once: true });
  return () => {
    cancelTimer();
    cancel?.removeEventListener('abort', onCancel);
  };
}

function failureAtEnd(signal: AbortSignal): Promise<HandlerResult> {
  return new Promise((resolve) => {
    const fail = () => resolve({ ok: false, retry: true, reason: describeError(signal.reason) });
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}

function toOutcome(result: HandlerResult, effects?: Omit<RunOutcome, 'result'>): RunOutcome {
  const nothing = { cursor_set: {}, cursor_cleared: [], items_created: 0, items_updated: 0 };
  if (effects === undefined) return { result, ...nothing };
  if (result.ok) return { result, ...effects };
  const { items_created, items_updated } = effects;
  return { result, ...nothing, items_created, items_updated };
}
