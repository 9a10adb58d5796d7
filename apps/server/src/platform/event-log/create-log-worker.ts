import type { Commits } from '../database/commits.ts';
import type { Logger } from '../logger.ts';

/** Commits that come in quick succession are looked at together. */
const GATHER_MS = 10;
/** Things fall due by themselves, and other processes write as well. */
const LOOK_EVERY_MS = 1000;

/** Does something after every commit, and now and then, as long as the server runs. */
export interface LogWorker {
  start(): void;
  /** Asks for a turn soon. */
  poke(): void;
  stop(): Promise<void>;
}

export interface LogWorkerDeps {
  commits: Commits;
  logger: Logger;
  /** One turn; there is never more than one at a time. @returns whether there is more to do at once. */
  turn: () => Promise<boolean>;
  /** What the log says when a turn throws. */
  fault: string;
}

export function createLogWorker({ commits, logger, turn, fault }: LogWorkerDeps): LogWorker {
  let soon: NodeJS.Timeout | null = null;
  let timer: NodeJS.Timeout | null = null;
  let working: Promise<void> | null = null;
  let again = false;
  let stopped = true;
  let unlisten: () => unknown = () => undefined;

  function poke(): void {
    if (stopped || soon) return;
    soon = setTimeout(() => {
      soon = null;
      look();
    }, GATHER_MS);
  }

  function look(): void {
    again = true;
    if (stopped || working) return;
    working = work()
      .catch((error: unknown) => logger.warn({ error }, fault))
      .finally(() => {
        working = null;
      });
  }

  async function work(): Promise<void> {
    while (again && !stopped) {
      again = false;
      const isMore = await turn();
      again ||= isMore;
    }
  }

  return {
    poke,
    start() {
      stopped = false;
      unlisten = commits.listen(poke);
      timer = setInterval(look, LOOK_EVERY_MS);
      look();
    },
    async stop() {
      stopped = true;
      unlisten();
      if (timer) clearInterval(timer);
      if (soon) clearTimeout(soon);
      await working;
    },
  };
}
