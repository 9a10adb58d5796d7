import { toIssues } from '@withmarfa/shared';
import { HostMessageSchema, type RunOutcome, type RunRequest, type RuntimeCredential } from '../host/protocol.ts';
import type { RunDependencies } from '../host/run-dependencies.ts';
import { runHandler } from '../host/run-handler.ts';
import type { HostChannel } from './host-channel.ts';

interface ActiveRun {
  cancel: AbortController;
  waiting: ((credential: RuntimeCredential | null) => void)[];
}

export interface ServedRuns {
  /** @returns ids of the runs that are under way. */
  active(): string[];
  /** Cancels every run. */
  stop(): void;
}

/**
 * Answers the host's messages: starts runs, any number at once, passes credentials on, cancels. The outcome is the last
 * message about a run.
 * @param options.complain tells an operator about a message that makes no sense.
 */
export function serveRuns(
  channel: HostChannel,
  options: Pick<RunDependencies, 'fetch' | 'egressFetch' | 'clock' | 'random'> & { complain: (text: string) => void },
): ServedRuns {
  const runs = new Map<string, ActiveRun>();
  const { complain, ...shared } = options;

  async function start(request: RunRequest): Promise<void> {
    const { run_id } = request;
    const run: ActiveRun = { cancel: new AbortController(), waiting: [] };
    runs.set(run_id, run);
    const outcome = await runHandler(request, {
      ...shared,
      cancel: run.cancel.signal,
      log: (line) => channel.send({ type: 'log', run_id, ...line }),
      refreshCredential: () =>
        new Promise((resolve) => {
          run.waiting.push(resolve);
          channel.send({ type: 'credential-request', run_id });
        }),
    });
    runs.delete(run_id);
    channel.send({ type: 'outcome', run_id, outcome });
  }

  channel.onMessage((raw) => {
    const parsed = HostMessageSchema.safeParse(raw);
    if (!parsed.success) {
      const fault = toIssues(parsed.error)
        .map((issue) => `${issue.path} ${issue.message}`)
        .join('; ');
      complain(`The host sent a message that this SDK cannot read: ${fault}.`);
      const run_id = runIdOf(raw);
      if (run_id !== null) channel.send({ type: 'outcome', run_id, outcome: unreadable(fault) });
      return;
    }
    const message = parsed.data;
    const run = runs.get(message.run_id);
    switch (message.type) {
      case 'run':
        if (run) complain(`The host started run ${message.run_id} twice; the second start is ignored.`);
        else void start(message);
        return;
      case 'credential':
        for (const resolve of run?.waiting.splice(0) ?? []) resolve(message.credential);
        return;
      case 'cancel':
        run?.cancel.abort();
        return;
      default:
        return message satisfies never;
    }
  });

  return {
    active: () => [...runs.keys()],
    stop() {
      for (const run of runs.values()) run.cancel.abort();
    },
  };
}

/** @returns the id of a run that the host believes it started. */
function runIdOf(raw: unknown): string | null {
  if (typeof raw !== 'object' || raw === null || !('type' in raw) || raw.type !== 'run') return null;
  return 'run_id' in raw && typeof raw.run_id === 'string' ? raw.run_id : null;
}

function unreadable(fault: string): RunOutcome {
  const reason = `the host sent a run that this connector's SDK cannot read: ${fault}`;
  return {
    result: { ok: false, retry: false, reason },
    cursor_set: {},
    cursor_cleared: [],
    items_created: 0,
    items_updated: 0,
  };
}
