import { z } from 'zod';

/** Every change that the followers of a space are told of. */
export const EVENT_NAMES = [
  'item.created',
  'item.updated',
  'item.state_changed',
  'item.restored',
  'item.deleted',
  'edge.created',
  'edge.updated',
  'edge.deleted',
  'metadata.changed',
] as const;

export const EventNameSchema = z.enum(EVENT_NAMES, `expected one of ${EVENT_NAMES.join(', ')}`);
export type EventName = z.infer<typeof EventNameSchema>;
