import type { ActivityInput, CreateItemInput, Cycle, Registration } from '@withmarfa/shared';
import type { MarfaClient } from '../client/marfa-client.ts';

/** The connector's memory between runs. Values are any JSON; changes are kept only when the run succeeds. */
export interface Cursor {
  /** @returns the value as of the start of this run or written during it; null when there is none. */
  read<Value>(key: string): Promise<Value | null>;
  write(key: string, value: unknown): Promise<void>;
  clear(key: string): Promise<void>;
}

/** Tells the person something: one row in the activity feed, attributed to this Connection. */
export interface ActivitySink {
  emit(activity: ActivityInput): Promise<void>;
}

/** Structured lines in the server's log, marked with the Connection and the run. Never log secrets. */
export interface ConnectorLog {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/**
 * What a handler gets: who it runs for, a client into the space, a cursor, and ways to tell what happened.
 * `Configuration` is the Connection's settings, `Input` what the connector may create.
 */
export interface ConnectionContext<
  Configuration = Readonly<Record<string, unknown>>,
  Input extends CreateItemInput = CreateItemInput,
> {
  readonly connection_id: string;
  readonly integration_name: string;
  /** Absent in a server's own (null) space. */
  readonly tenant_id?: string;
  /** The Connection's settings, checked against the manifest, defaults filled. */
  readonly configuration: Configuration;
  readonly marfa: MarfaClient<Input>;
  readonly cursor: Cursor;
  /** What the renew hook answered last: what is registered at the upstream. Empty without a hook. */
  readonly registrations: readonly Registration[];
  /**
   * The chain of writes that woke this run: the Connection that began it, null for a person, and the steps that
   * connectors have taken in it. Null for runs that no item event woke. What this run writes goes one step further.
   */
  readonly cycle: Readonly<Cycle> | null;
  readonly activity: ActivitySink;
  readonly log: ConnectorLog;
  /**
   * HTTP to the outside world under the platform's egress rules: private, loopback and link-local addresses are
   * refused, every redirect is checked again, and the run's deadline aborts it.
   * @throws EgressRefusedError when a rule refuses; else what `fetch` throws.
   */
  readonly fetch: typeof fetch;
  /** Fires when the run is over: at its deadline, when the host cancels, and once the handler has answered. */
  readonly signal: AbortSignal;
  /**
   * Stops this Connection's schedule once the run succeeds, and tells the person why in one `action_required` row.
   * A successful manual run arms it again.
   */
  disarm(reason: string): void;
}
