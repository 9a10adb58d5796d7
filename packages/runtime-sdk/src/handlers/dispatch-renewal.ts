import { type HandlerResult, type Registration, RenewResultSchema, toIssues } from '@withmarfa/shared';
import type { ConnectionContext } from '../context/connection-context.ts';
import { describeError } from '../text/describe-error.ts';
import { hideSecret } from '../text/hide-secret.ts';
import type { RenewalRequest } from './handler-types.ts';
import { registeredHandlers } from './registered-handlers.ts';

/** How a renewal ended. */
export interface Renewed {
  result: HandlerResult;
  /** Everything that there is from now on; absent where the hook did not say. */
  registrations?: readonly Registration[];
}

/**
 * Calls the renew hook.
 * @returns what it answered. A throw is a failure to be tried again; no hook, or an answer that is no RenewResult, is a
 *   failure for good. The secret of the address stands in no reason. Never throws.
 */
export async function dispatchRenewal(ctx: ConnectionContext, request: RenewalRequest): Promise<Renewed> {
  const { renew } = registeredHandlers();
  if (!renew) return failed(false, 'the connector has no renew hook');
  try {
    return withoutSecret(judge(await renew(ctx, request)), request);
  } catch (error) {
    return withoutSecret(failed(true, describeError(error)), request);
  }
}

function failed(retry: boolean, reason: string): Renewed {
  return { result: { ok: false, retry, reason } };
}

/** Hooks may be plain JavaScript, so their answer is checked like any input. */
function judge(answer: unknown): Renewed {
  const parsed = RenewResultSchema.safeParse(answer);
  if (!parsed.success) {
    const [first] = toIssues(parsed.error);
    return failed(false, `the renew hook answered what cannot be read: ${first?.path} ${first?.message}`);
  }
  const { registrations, ...result } = parsed.data;
  return { result, ...(registrations === undefined ? {} : { registrations }) };
}

function withoutSecret(renewed: Renewed, { inbound }: RenewalRequest): Renewed {
  const { result } = renewed;
  if (result.ok) return renewed;
  return { ...renewed, result: { ...result, reason: hideSecret(result.reason, inbound?.secret) } };
}
