import type { ConnectionContext, HandlerResult } from '@withmarfa/runtime-sdk';
import type { LogLine, RunOutcome } from '@withmarfa/runtime-sdk/host';
import type {
  ActivityProperties,
  Edge,
  InboundAddress,
  Item,
  ItemEventMessage,
  QueueMessage,
  Registration,
} from '@withmarfa/shared';
import type { TestClock } from '../clock/create-test-clock.ts';
import type { PersonSpace } from '../space/create-memory-space.ts';
import type { HarnessUpstream } from '../upstream/create-upstream-proxy.ts';

/** How one run is to end. */
export interface RunOptions {
  /**
   * The process dies after the handler's last step: what was written stays, but the host never hears of the outcome, so
   * that cursor changes are lost. The outcome then asks to be retried, as Marfa's does.
   */
  crashAtEnd?: boolean;
}

export interface WebhookInput extends RunOptions {
  /** The exact bytes; an object goes as JSON. Default empty. */
  body?: string | Uint8Array | Record<string, unknown>;
  headers?: Record<string, string>;
  /** Default: another for each delivery. */
  delivery_id?: string;
}

export interface ItemEventInput extends RunOptions {
  cycle?: ItemEventMessage['cycle'];
  /** Default: the item as it is in the space. */
  payload?: ItemEventMessage['payload'];
}

/** One delivery that `drain` made. */
export interface DrainedRun {
  message: QueueMessage;
  /** Deliveries of this message so far. */
  attempt: number;
  result: HandlerResult;
}

/**
 * One Connection of a connector in a Marfa in memory. Each run goes through the SDK as on a server; its cursor changes
 * are kept only when it succeeds, and writes to the space stay whatever becomes of it.
 */
export interface TestHarness {
  readonly connectionId: string;
  /** A context outside of any run, for calling parts of a connector: its cursor is the Connection's own, at once. */
  readonly ctx: ConnectionContext;
  runSchedule(options?: RunOptions): Promise<RunOutcome>;
  runManual(options?: RunOptions): Promise<RunOutcome>;
  deliverWebhook(delivery?: WebhookInput): Promise<RunOutcome>;
  /**
   * Calls the renew hook.
   * @param inbound where the upstream is to send what happens; null when nothing is received.
   */
  renew(inbound: InboundAddress | null, options?: RunOptions): Promise<RunOutcome>;
  /** What the renew hook answered last. */
  readonly registrations: readonly Registration[];
  /**
   * Delivers one event about an item, whether or not Marfa would have.
   * @param item the item, or its id; it need not exist any more.
   * @param eventType default `updated`.
   */
  deliverItemEvent(
    item: Item | string,
    eventType?: ItemEventMessage['event_type'],
    options?: ItemEventInput,
  ): Promise<RunOutcome>;
  /**
   * Delivers what waits: changes of target types that people made through `space`. What asks for another attempt gets it,
   * up to five in all, and time moves on to each.
   * @param options.crashFirst the first delivery crashes at its end, as with `crashAtEnd`, and comes again.
   */
  drain(options?: { crashFirst?: boolean }): Promise<DrainedRun[]>;
  /** All items but the platform's own, in any state, oldest first. */
  readonly items: Item[];
  readonly edges: Edge[];
  /** What the connector, and Marfa for it, told the person; oldest first. */
  readonly activities: ActivityProperties[];
  tagsOf(itemId: string): readonly string[];
  /** Cursor values by key, as the last successful run left them; may be changed by a test. */
  readonly cursor: Record<string, unknown>;
  readonly upstream: HarnessUpstream;
  /** The space as its person changes it. */
  readonly space: PersonSpace;
  readonly clock: TestClock;
  readonly logs: LogLine[];
  /** Why the connector stopped its schedule; null while it goes on. */
  readonly disarmed: string | null;
  /** Gives the Connection other settings. @throws MarfaError `validation_error`. */
  configure(configuration: Record<string, unknown>): void;
  /** Answers calls to Marfa in its place, for outages; undefined leaves a call to Marfa. Null takes it back. */
  intercept(answer: ((request: Request) => Response | undefined | Promise<Response | undefined>) | null): void;
}
