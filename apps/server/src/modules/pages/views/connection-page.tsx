import type { Run } from '@withmarfa/shared';
import { Message } from './account-pages.tsx';
import { ActivityList, type ActivityView } from './activity-list.tsx';
import { settingLabel } from './configuration-fields.tsx';
import { BookmarkList, type BookmarkView, type ConnectionView } from './home-page.tsx';
import { Layout, type LayoutProps } from './layout.tsx';
import { Moment } from './moment.tsx';
import { StatusBadge } from './status-badge.tsx';

export interface ConnectionPageProps {
  owner: NonNullable<LayoutProps['owner']>;
  connection: ConnectionView & { active: boolean; configuration: Record<string, unknown> };
  runs: Run[];
  activity: ActivityView[];
  bookmarks: BookmarkView[];
  canRun: boolean;
  message?: string | undefined;
}

export function ConnectionPage({ owner, connection, runs, activity, bookmarks, canRun, message }: ConnectionPageProps) {
  const underWay = runs.some((run) => run.status === 'queued' || run.status === 'running');
  const path = `/connections/${connection.id}`;
  return (
    <Layout title={connection.label} owner={owner} {...(underWay ? { refreshSeconds: 2 } : {})}>
      <div class="heading">
        <h1>{connection.label}</h1>
        <StatusBadge status={connection.status} />
      </div>
      <Message text={message} />
      <section class="card">
        <dl class="facts-list">
          <dt>Integration</dt>
          <dd>
            {connection.integration} {connection.version}
          </dd>
          {Object.entries(connection.configuration).map(([key, value]) => (
            <>
              <dt>{settingLabel(key)}</dt>
              <dd>{Array.isArray(value) ? value.join(', ') : String(value)}</dd>
            </>
          ))}
          <dt>Last synced</dt>
          <dd>
            <Moment at={connection.lastSyncAt} none="never" />
          </dd>
          <dt>Next run</dt>
          <dd>
            <Moment at={connection.nextRunAt} none="not planned" />
          </dd>
        </dl>
        {connection.active ? (
          <div class="actions">
            {canRun ? (
              <form method="post" action={`${path}/actions/run`}>
                <input type="hidden" name="csrf" value={owner.csrf} />
                <button type="submit" disabled={underWay}>
                  {underWay ? 'Running…' : 'Run now'}
                </button>
              </form>
            ) : null}
            <details>
              <summary>Uninstall…</summary>
              <form method="post" action={`${path}/actions/uninstall`}>
                <input type="hidden" name="csrf" value={owner.csrf} />
                <p>It stops at once and loses its access. What it has brought into your space stays.</p>
                <button class="danger" type="submit">
                  Uninstall
                </button>
              </form>
            </details>
          </div>
        ) : null}
      </section>
      <section class="card" aria-labelledby="bookmarks">
        <h2 id="bookmarks">Newest bookmarks from here</h2>
        <BookmarkList bookmarks={bookmarks} />
      </section>
      <section class="card" aria-labelledby="runs">
        <h2 id="runs">Runs</h2>
        {runs.length === 0 ? <p class="empty">It has not run yet.</p> : <RunList runs={runs} />}
      </section>
      <section class="card" aria-labelledby="activity">
        <h2 id="activity">Activity</h2>
        <ActivityList rows={activity} />
      </section>
    </Layout>
  );
}

function RunList({ runs }: { runs: Run[] }) {
  return (
    <ul class="rows">
      {runs.map((run) => (
        <li key={run.id}>
          <div>
            <StatusBadge status={run.status} />{' '}
            <span class="detail">{run.trigger === 'manual' ? 'by hand' : 'on schedule'}</span>
            <p class="detail">
              {run.items_created} new, {run.items_updated} changed
              {run.attempt > 1 ? `, attempt ${run.attempt}` : ''}
            </p>
            {run.error ? <p class="fault">{run.error}</p> : null}
          </div>
          <span class="detail">
            <Moment at={run.queued_at} none="" />
          </span>
        </li>
      ))}
    </ul>
  );
}
