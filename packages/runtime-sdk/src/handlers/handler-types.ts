import type {
  HandlerResult,
  ItemEventMessage,
  ManualMessage,
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

/** The handlers of one connector, at most one a kind. */
export interface ConnectorHandlers {
  schedule?: ScheduleHandler;
  manual?: ManualHandler;
  webhook?: WebhookHandler;
  itemEvent?: ItemEventHandler;
}
