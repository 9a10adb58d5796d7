import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Logger } from '../platform/logger.ts';

/** A request of which nothing has been read but its path. */
export interface RawExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly logger: Logger;
  /** The `{name}` parts of the path, decoded and not judged. */
  readonly params: Record<string, string | undefined>;
  /** What the answer will carry. */
  readonly headers: OutgoingHttpHeaders;
}

/** Answers by itself; what it throws before it has begun to is answered in the envelope. */
export type RawHandler = (exchange: RawExchange) => Promise<void>;
