import { aConnection } from '../src/contracts/a-connection.ts';
import { aMessage } from '../src/contracts/a-message.ts';
import { createManualClock, createMemoryStore, type ManualClock, type MemoryStore } from '../src/memory/index.ts';
import type { ConnectionSnapshot } from '../src/ports/connections.ts';
import type { EnginePorts } from '../src/ports/engine-ports.ts';
import type { NewMessage } from '../src/ports/mailbox.ts';
import type { AttemptOutcome } from '../src/ports/runner.ts';
import { createDispatcher, type Dispatcher, type DispatcherOptions } from '../src/runs/dispatcher.ts';
import type { FaultPlace } from '../src/runs/fault.ts';
import { planNextTick } from '../src/schedule/plan-next-tick.ts';
import { NOW_MS } from './a-claimed-message.ts';
import { type AskedRun, createScriptedRunner, type ScriptedRunner } from './scripted-runner.ts';

export interface BenchOptions {
  /** The store that an earlier dispatcher left behind. */
  store?: MemoryStore;
  nowMs?: number;
  /** Instead of a clock of its own that starts at `nowMs`. */
  clock?: ManualClock;
  script?: (run: AskedRun, clock: ManualClock) => AttemptOutcome | Promise<AttemptOutcome>;
  /** Puts something between the dispatcher and its store. */
  wrap?: (ports: EnginePorts) => Partial<EnginePorts>;
  options?: Partial<DispatcherOptions>;
}

export interface DispatcherBench {
  store: MemoryStore;
  clock: ManualClock;
  runner: ScriptedRunner;
  dispatcher: Dispatcher;
  faults: { error: unknown; where: FaultPlace }[];
  connection(overrides?: Partial<ConnectionSnapshot>): Promise<ConnectionSnapshot>;
  /** A Connection whose schedule is armed for the first tick after now. */
  scheduled(overrides?: Partial<ConnectionSnapshot>): Promise<ConnectionSnapshot>;
  /** Appends a message without ringing. */
  append(connection: ConnectionSnapshot, overrides?: Partial<NewMessage>): Promise<string>;
  /** How often each status stands among the Connection's runs. */
  statuses(connection: ConnectionSnapshot): Promise<Record<string, number>>;
}

/** A dispatcher over a store in memory, a scripted runner and a clock that is moved by hand. Not started yet. */
export function createDispatcherBench(bench: BenchOptions = {}): DispatcherBench {
  const { store = createMemoryStore(), nowMs = NOW_MS, script, wrap = () => ({}), options } = bench;
  const clock = bench.clock ?? createManualClock(nowMs);
  const runner = createScriptedRunner(clock.nowMs, script && ((run) => script(run, clock)));
  const { mailbox, leases, schedules, renewals, connections } = store;
  const ports: EnginePorts = { mailbox, leases, schedules, renewals, connections, runner };
  const faults: DispatcherBench['faults'] = [];
  const dispatcher = createDispatcher({
    ports: { ...ports, ...wrap(ports) },
    clock,
    newId: () => crypto.randomUUID(),
    random: () => 0.5,
    holder: crypto.randomUUID(),
    maxConcurrentDrains: 4,
    onFault: (error, where) => faults.push({ error, where }),
    ...options,
  });

  async function connection(overrides: Partial<ConnectionSnapshot> = {}): Promise<ConnectionSnapshot> {
    const created = aConnection(overrides);
    await store.putConnection(created);
    return created;
  }

  return {
    store,
    clock,
    runner,
    dispatcher,
    faults,
    connection,
    async scheduled(overrides) {
      const created = await connection(overrides);
      const { connectionId, spaceId, integrationName, crons } = created;
      const next = planNextTick(crons, { connectionId, afterMs: clock.nowMs() });
      if (!next) throw new Error('expected a tick');
      await store.schedules.arm({ connectionId, spaceId, integrationName, crons, ...next });
      return created;
    },
    async append(to, overrides) {
      const message = aMessage(to, overrides);
      await store.mailbox.append(message);
      return message.id;
    },
    async statuses({ connectionId }) {
      const counts: Record<string, number> = {};
      for (const { status } of await store.runs(connectionId)) counts[status] = (counts[status] ?? 0) + 1;
      return counts;
    },
  };
}
