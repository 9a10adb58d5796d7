import type { Commits } from '../../platform/database/commits.ts';
import { createDeliverDue, type DeliverDueDeps } from './deliver-due.ts';
import { createRouteEvents, type RouteEventsDeps } from './route-events.ts';

/** Commits that come in quick succession are looked at together. */
const GATHER_MS = 10;
/** Retries fall due by themselves, and other processes write as well. */
const LOOK_EVERY_MS = 1000;

/** Makes and sends deliveries as long as the server runs. */
export interface WebhookWorker {
  start(): void;
  stop(): Promise<void>;
}

export interface WebhookWorkerDeps extends RouteEventsDeps, Omit<DeliverDueDeps, 'onSettled'> {
  platform: RouteEventsDeps['platform'] & DeliverDueDeps['platform'];
  commits: Commits;
}

export function createWebhookWorker(deps: WebhookWorkerDeps): WebhookWorker {
  const { commits } = deps;
  const { logger } = deps.platform;
  const routeEvents = createRouteEvents(deps);
  const deliverDue = createDeliverDue({ ...deps, onSettled: poke });
  let soon: NodeJS.Timeout | null = null;
  let timer: NodeJS.Timeout | null = null;
  let turn: Promise<void> | null = null;
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
    if (stopped || turn) return;
    turn = work()
      .catch((error: unknown) => logger.warn({ error }, 'webhooks could not be told; it is tried again'))
      .finally(() => {
        turn = null;
      });
  }

  async function work(): Promise<void> {
    while (again && !stopped) {
      again = await routeAndSend();
    }
  }

  async function routeAndSend(): Promise<boolean> {
    again = false;
    const isMore = await routeEvents();
    await deliverDue.start();
    return again || isMore;
  }

  return {
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
      await turn;
      await deliverDue.stop();
    },
  };
}
