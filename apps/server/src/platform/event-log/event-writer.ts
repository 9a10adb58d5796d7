import type { Caller } from '../caller.ts';

/** What an event keeps of who made the change: the Connection whose credential it was, and the chain it belongs to. */
export type EventWriter = Pick<Caller, 'connectionId' | 'cycle'>;
