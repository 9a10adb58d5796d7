import { type HandlerResult, HandlerResultSchema, type QueueMessage, type RenewMessage } from '@withmarfa/shared';
import type { ConnectionContext } from '../context/connection-context.ts';
import { decodeBase64ToArrayBuffer } from '../text/decode-base64-to-array-buffer.ts';
import { describeError } from '../text/describe-error.ts';
import type { ConnectorHandlers } from './handler-types.ts';
import { registeredHandlers } from './registered-handlers.ts';

type Call = () => Promise<HandlerResult>;
/** What handlers are woken by. A renewal has a hook of its own. */
type Message = Exclude<QueueMessage, RenewMessage>;

/**
 * Hands one message to the handler of its kind.
 * @returns what the handler answered. A throw is a failure to be tried again, also that of a Connection that is gone: it may
 *   have been paused alone, and its host knows what becomes of its mail. No handler, a body that cannot be decoded, or an
 *   answer that is no HandlerResult is a failure for good. Never throws.
 */
export async function dispatchMessage(ctx: ConnectionContext, message: Message): Promise<HandlerResult> {
  const found = findCall(registeredHandlers(), ctx, message);
  if (!found.ok) return { ok: false, retry: false, reason: found.reason };
  try {
    return judge(await found.call(), message.kind);
  } catch (error) {
    return { ok: false, retry: true, reason: describeError(error) };
  }
}

function findCall(
  handlers: ConnectorHandlers,
  ctx: ConnectionContext,
  message: Message,
): { ok: true; call: Call } | { ok: false; reason: string } {
  const { schedule, manual, webhook, itemEvent } = handlers;
  switch (message.kind) {
    case 'schedule':
      return schedule ? { ok: true, call: () => schedule(ctx, message) } : noHandler(message.kind);
    case 'manual': {
      if (manual) return { ok: true, call: () => manual(ctx, message) };
      if (!schedule) return noHandler(message.kind);
      const { requested_at_ms, requested_by: _, ...common } = message;
      return {
        ok: true,
        call: () => schedule(ctx, { ...common, kind: 'schedule', scheduled_for_ms: requested_at_ms }),
      };
    }
    case 'webhook': {
      if (!webhook) return noHandler(message.kind);
      const { body_base64, ...delivery } = message;
      const body = decode(body_base64);
      if (body === null) return { ok: false, reason: `the body of delivery ${message.delivery_id} is not base64` };
      return { ok: true, call: () => webhook(ctx, { ...delivery, body }) };
    }
    case 'item-event':
      return itemEvent ? { ok: true, call: () => itemEvent(ctx, message) } : noHandler(message.kind);
    default:
      return message satisfies never;
  }
}

function noHandler(kind: Message['kind']): { ok: false; reason: string } {
  return { ok: false, reason: `the connector has no ${kind} handler` };
}

function decode(base64: string): ArrayBuffer | null {
  try {
    return decodeBase64ToArrayBuffer(base64);
  } catch {
    return null;
  }
}

/** Handlers may be plain JavaScript, so their answer is checked like any input. */
function judge(answer: unknown, kind: Message['kind']): HandlerResult {
  const parsed = HandlerResultSchema.safeParse(answer);
  if (parsed.success) return parsed.data;
  return {
    ok: false,
    retry: false,
    reason: `the ${kind} handler answered ${describeError(answer ?? String(answer))}; expected { ok: true } or { ok: false, retry, reason }`,
  };
}
