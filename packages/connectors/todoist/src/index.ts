export { connector } from './handlers.ts';
export { INTEGRATION_NAME, manifest, type TaskType, type TodoistContext } from './manifest.ts';
export { createEchoSuppression, type EchoRecords, type EchoSuppression } from './state/echo-suppression.ts';
export { dueAtOf } from './task/due-at.ts';
export { toProperties } from './task/to-properties.ts';
export { readTask, type TodoistDue, type TodoistTask } from './task/todoist-task.ts';
export { type TodoistHandlers, todoistHandlers } from './todoist-handlers.ts';
export type { TodoistOptions, TombstoneMapping } from './todoist-options.ts';
