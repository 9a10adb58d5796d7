export { mountEdgeRoutes } from './edges-routes.ts';
export { createEdgesService, type EdgesService } from './edges-service.ts';
export { createEdgeList, type EdgeListQuery } from './list-edges.ts';
