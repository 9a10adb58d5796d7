import type { Selectable } from 'kysely';
import { toTenantId } from './database/null-space.ts';
import type { Tables } from './database/tables.ts';

/**
 * The wire form of an item as JSON text. Its properties are stored as they go on the wire and are not parsed again; ids,
 * identifiers and times hold nothing that JSON would escape.
 */
export function itemText(row: Selectable<Tables['items']>): string {
  const tenantId = toTenantId(row.space_id);
  let text = `{"id":"${row.id}","type":"${row.type}","properties":${row.properties},"state":"${row.state}"`;
  if (row.tier !== null) text += `,"tier":"${row.tier}"`;
  if (row.source_id !== null) text += `,"source_id":${JSON.stringify(row.source_id)}`;
  if (row.device !== null) text += `,"device":${JSON.stringify(row.device)}`;
  if (row.capture_latitude !== null) text += `,"capture_latitude":${row.capture_latitude}`;
  if (row.capture_longitude !== null) text += `,"capture_longitude":${row.capture_longitude}`;
  text += tenantId === null ? ',"tenant_id":null' : `,"tenant_id":"${tenantId}"`;
  text += `,"version":${row.version},"schema_version":${JSON.stringify(row.schema_version)}`;
  text += `,"source":${JSON.stringify(row.source)},"timestamp":"${row.timestamp}"`;
  return `${text},"created_at":"${row.created_at}","updated_at":"${row.updated_at}"}`;
}
