import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Logger } from '../platform/logger.ts';
import type { RouteMatch } from './api-routes.ts';

/** One API request on its way through the pipeline. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly match: RouteMatch;
  readonly requestId: string;
  readonly clientIp: string | null;
  readonly logger: Logger;
  /** What the answer will carry; written out in one go. */
  readonly headers: OutgoingHttpHeaders;
}
