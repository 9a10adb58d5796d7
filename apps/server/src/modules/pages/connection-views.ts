import type { ActivityEntry } from '../activity/index.ts';
import type { ConnectionRow } from '../connections/index.ts';
import type { ActivityView } from './views/activity-list.tsx';
import type { ConnectionView } from './views/home-page.tsx';

export function toConnectionView(row: ConnectionRow): ConnectionView {
  const iso = (timeMs: number | null) => (timeMs === null ? null : new Date(timeMs).toISOString());
  return {
    id: row.id,
    label: row.label,
    integration: row.integration_name,
    version: row.integration_version,
    status: row.active === 1 ? row.runtime_status : 'revoked',
    lastSyncAt: iso(row.last_sync_at_ms),
    nextRunAt: iso(row.due_at_ms),
  };
}

export function toActivityView(row: ActivityEntry): ActivityView {
  return { id: row.id, severity: row.severity, summary: row.summary, at: row.at, connectionId: row.connection_id };
}
