import type { Platform } from '../../platform/platform.ts';
import type { AuditService } from '../audit/index.ts';
import type { EdgesService } from '../edges/index.ts';
import type { TypesService } from '../types/index.ts';
import type { ItemsService } from './items-service.ts';

/** What the routes of items stand on. */
export interface ItemRoutesDeps {
  platform: Platform;
  types: TypesService;
  items: ItemsService;
  edges: EdgesService;
  audit: AuditService;
}
