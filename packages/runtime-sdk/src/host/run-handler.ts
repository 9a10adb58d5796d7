import { buildConnectionContext } from '../context/build-connection-context.ts';
import type { ConnectionContext } from '../context/connection-context.ts';
import { RunEndedError } from '../errors/run-ended-error.ts';
import { dispatchMessage } from '../handlers/dispatch-message.ts';
import { dispatchRenewal, type Renewed } from '../handlers/dispatch-renewal.ts';
import { describeError } from '../text/describe-error.ts';
import { hideSecretInLine } from '../text/hide-secret.ts';
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
    const { ctx, effects } = buildConnectionContext(request, {
      signal: ending.signal,
      dependencies: {
        ...dependencies,
        log: (line) => dependencies.log(hideSecretInLine(line, request.inbound?.secret)),
      },
    });
    const ended = failureAtEnd(ending.signal);
    const renewed = await (ending.signal.aborted ? ended : Promise.race([dispatch(ctx, request), ended]));
    return toOutcome(renewed, effects());
  } catch (error) {
    return toOutcome({ result: { ok: false, retry: true, reason: describeError(error) } });
  } finally {
    stopListening();
    ending.abort(new RunEndedError('The run has ended.'));
  }
}

async function dispatch(ctx: ConnectionContext, { message, inbound, registrations }: RunRequest): Promise<Renewed> {
  if (message.kind !== 'renew') return { result: await dispatchMessage(ctx, message) };
  return dispatchRenewal(ctx, { inbound: inbound ?? null, registrations: registrations ?? [] });
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

function failureAtEnd(signal: AbortSignal): Promise<Renewed> {
  return new Promise((resolve) => {
    const fail = () => resolve({ result: { ok: false, retry: true, reason: describeError(signal.reason) } });
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}

function toOutcome({ result, ...renewed }: Renewed, effects?: Omit<RunOutcome, 'result'>): RunOutcome {
  const nothing = { cursor_set: {}, cursor_cleared: [], items_created: 0, items_updated: 0 };
  if (effects === undefined) return { result, ...nothing };
  if (result.ok) return { result, ...effects, ...renewed };
  const { items_created, items_updated } = effects;
  return { result, ...nothing, items_created, items_updated, ...renewed };
}
