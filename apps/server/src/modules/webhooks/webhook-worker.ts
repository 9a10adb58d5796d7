import type { Commits } from '../../platform/database/commits.ts';
import { createLogWorker } from '../../platform/event-log/create-log-worker.ts';
import { createDeliverDue, type DeliverDueDeps } from './deliver-due.ts';
import { createRouteEvents, type RouteEventsDeps } from './route-events.ts';

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
  const routeEvents = createRouteEvents(deps);
  const deliverDue = createDeliverDue({ ...deps, onSettled: () => worker.poke() });
  const worker = createLogWorker({
    commits: deps.commits,
    logger: deps.platform.logger,
    fault: 'webhooks could not be told; it is tried again',
    async turn() {
      const isMore = await routeEvents();
      await deliverDue.start();
      return isMore;
    },
  });

  return {
    start: worker.start,
    async stop() {
      await worker.stop();
      await deliverDue.stop();
    },
  };
}
