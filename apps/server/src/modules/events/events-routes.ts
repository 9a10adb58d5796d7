import { streamEvents } from '@withmarfa/shared';
import type { Mount } from '../../http/mount-endpoint.ts';
import type { EventStreams } from './event-streams.ts';

const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-cache, no-transform',
  // nginx would hold the records back.
  'X-Accel-Buffering': 'no',
};
/** As long as the query's `last_event_id`, which stands in where a client cannot set headers. */
const MAX_CURSOR_LENGTH = 200;

export function mountEventRoutes(mount: Mount, streams: EventStreams): void {
  mount.streamEndpoint(streamEvents, async ({ query }, caller, { headers, signal }) => {
    const header = headers['last-event-id'];
    const seen = typeof header === 'string' && header !== '' ? header.slice(0, MAX_CURSOR_LENGTH) : query.last_event_id;
    return { status: 200 as const, headers: HEADERS, body: streams.open(caller, { query, cursor: seen, signal }) };
  });
}
