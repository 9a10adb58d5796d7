import type { HandlerResult, ItemEventMessage } from '@withmarfa/runtime-sdk';
import { syncTasks } from './inbound/sync-tasks.ts';
import type { TodoistContext } from './manifest.ts';
import { pushItem } from './outbound/push-item.ts';
import type { TodoistOptions } from './todoist-options.ts';

/** What wakes the connector; a manual run does what a scheduled one does. */
export interface TodoistHandlers {
  schedule(ctx: TodoistContext): Promise<HandlerResult>;
  itemEvent(ctx: TodoistContext, message: ItemEventMessage): Promise<HandlerResult>;
}

export function todoistHandlers(options: TodoistOptions): TodoistHandlers {
  return {
    schedule: (ctx) => syncTasks(ctx, options),
    itemEvent: (ctx, message) => pushItem(ctx, message, options),
  };
}
