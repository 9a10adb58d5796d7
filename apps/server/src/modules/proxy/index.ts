export { createDatabaseBoard, createRedisBoard } from './budget-board.ts';
export { createUpstreamProxy, type UpstreamProxy } from './create-proxy.ts';
