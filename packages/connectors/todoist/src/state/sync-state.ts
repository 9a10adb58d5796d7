import { z } from 'zod';
import { manifest, type TodoistContext } from '../manifest.ts';
import { createEchoSuppression, EchoRecordsSchema, type EchoSuppression } from './echo-suppression.ts';
import { createTaskLinks, LinkRowsSchema, type TaskLinks } from './task-links.ts';

const CURSOR_KEY = 'main';
/** Asks for everything. */
export const FROM_THE_START = '*';
/** Tasks that wait to be read again; more are forgotten until they change. */
const MAX_PARKED = 1000;

/** What is remembered between runs. What cannot be read of it is begun anew, which a full sync makes good. */
const StoredSchema = z.looseObject({
  token: z.string().catch(FROM_THE_START),
  source: z.string().nullable().catch(null),
  links: LinkRowsSchema.catch([]),
  parked: z.array(z.tuple([z.string(), z.number()])).catch([]),
  refused: z.array(z.string()).catch([]),
  echo: EchoRecordsSchema.catch([]),
});

export interface SyncState {
  /** When the run began, in milliseconds since the epoch. */
  readonly now: number;
  /** Up to where Todoist's changes have been read. */
  token: string;
  /** The name that this connection's items carry; null until one was made. */
  source: string | null;
  links: TaskLinks;
  echo: EchoSuppression;
  /** Tasks to be read again by themselves, and from when on (milliseconds since the epoch). */
  parked: Map<string, number>;
  /** Tasks that the space did not take; the person was told. */
  refused: Set<string>;
  save(ctx: TodoistContext): Promise<void>;
}

/** @param now milliseconds since the epoch. */
export async function openState(ctx: TodoistContext, now: number): Promise<SyncState> {
  const stored = StoredSchema.parse((await ctx.cursor.read(CURSOR_KEY)) ?? {});
  const { echo_ttl_seconds, lag_window_seconds } = manifest.bidirectional_handling;
  const echo = createEchoSuppression(stored.echo, {
    echoTtlSeconds: echo_ttl_seconds,
    lagWindowSeconds: lag_window_seconds,
    now,
  });
  const state: SyncState = {
    now,
    token: stored.token,
    source: stored.source,
    links: createTaskLinks(stored.links),
    echo,
    parked: new Map(stored.parked),
    refused: new Set(stored.refused),
    save: (context) =>
      context.cursor.write(CURSOR_KEY, {
        token: state.token,
        source: state.source,
        links: state.links.rows(),
        parked: [...state.parked].slice(0, MAX_PARKED),
        refused: [...state.refused].slice(-MAX_PARKED),
        echo: state.echo.records(),
      }),
  };
  return state;
}
