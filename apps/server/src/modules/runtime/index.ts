export { mountBrokerRoutes } from './broker-routes.ts';
export { createRuntime, type Runtime } from './create-runtime.ts';
export { type LoadedConnector, loadConnectors } from './load-connectors.ts';
export { createRuntimeCredentials, type RuntimeCredentials } from './runtime-credentials.ts';
export { mountRuntimeRoutes } from './runtime-routes.ts';
