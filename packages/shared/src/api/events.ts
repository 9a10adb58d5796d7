import { z } from 'zod';
import { DottedNameSchema, NamePatternSchema } from '../identifiers/type-identifier.ts';
import { EventNameSchema } from '../items/events.ts';
import { commaList } from './common.ts';
import { defineEndpoint } from './define-endpoint.ts';

const CursorSchema = z.string().min(1).max(200);

/** The terminal event of a stream that cannot go on from where the client stopped: list what is there, then follow anew. */
export const CATCHUP_TOO_OLD = 'catchup_too_old';

export const EventsQuerySchema = z.strictObject({
  event: commaList(EventNameSchema, 50).optional(),
  type: commaList(NamePatternSchema, 50).optional(),
  edge_type: commaList(DottedNameSchema, 50).optional(),
  last_event_id: CursorSchema.optional(),
});
export type EventsQuery = z.output<typeof EventsQuerySchema>;

export const streamEvents = defineEndpoint({
  method: 'GET',
  path: '/events',
  summary: 'Follows the changes of the space as server-sent events, from Last-Event-ID or from the present on.',
  query: EventsQuerySchema,
  response: 'event-stream',
  responses: { 200: z.string() },
  errors: ['quota_exceeded', 'validation_error'],
});
