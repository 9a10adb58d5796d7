import type {
  HandlerResult,
  InboundAddress,
  ItemEventMessage,
  ManualMessage,
  Registration,
  RenewResult,
  ScheduleMessage,
  WebhookMessage,
} from '@withmarfa/shared';
import type { ConnectionContext } from '../context/connection-context.ts';

/** A verified inbound webhook as its handler gets it; `body` holds the exact bytes as received. */
export type WebhookDelivery = Omit<WebhookMessage, 'body_base64'> & { body: ArrayBuffer };

/**
 * Handles one message. `{ ok: true }` keeps the cursor changes; `{ ok: false, retry: true, reason }` asks for another
 * attempt, as a throw does; `{ ok: false, retry: false, reason }` gives up on the message and tells the person.
 */
type Handler<Context extends ConnectionContext, Message> = (ctx: Context, message: Message) => Promise<HandlerResult>;

export type ScheduleHandler<Context extends ConnectionContext = ConnectionContext> = Handler<Context, ScheduleMessage>;
export type ManualHandler<Context extends ConnectionContext = ConnectionContext> = Handler<Context, ManualMessage>;
export type WebhookHandler<Context extends ConnectionContext = ConnectionContext> = Handler<Context, WebhookDelivery>;
export type ItemEventHandler<Context extends ConnectionContext = ConnectionContext> = Handler<
  Context,
  ItemEventMessage
>;

/** What a renewal is about. */
export interface RenewalRequest {
  /** Where the upstream is to send what happens; null when nothing is received here: then what there is can go. */
  readonly inbound: InboundAddress | null;
  /** Everything that the hook answered last; empty at first. */
  readonly registrations: readonly Registration[];
}

/**
 * Registers at the upstream what ends by itself there, and renews it: a channel, a subscription. It may be called at any
 * time and must come to the same end: everything that is wanted is there, with a life before it, and nothing else. Make the
 * new one before the old one is stopped. `{ ok: true, registrations }` names everything that is there now;
 * `{ ok: false, retry, reason, registrations? }` is tried again, later where `retry` is false, and tells the person.
 */
export type RenewHandler<Context extends ConnectionContext = ConnectionContext> = (
  ctx: Context,
  request: RenewalRequest,
) => Promise<RenewResult>;

/** The handlers of one connector, at most one a kind. */
export interface ConnectorHandlers {
  schedule?: ScheduleHandler;
  manual?: ManualHandler;
  webhook?: WebhookHandler;
  itemEvent?: ItemEventHandler;
  renew?: RenewHandler;
}
