import type { Properties } from '@withmarfa/shared';
import { ActivityList, type ActivityView } from './activity-list.tsx';
import { Layout, type LayoutProps } from './layout.tsx';
import { Moment } from './moment.tsx';
import { StatusBadge } from './status-badge.tsx';

export interface ConnectionView {
  id: string;
  label: string;
  integration: string;
  version: string;
  status: string;
  lastSyncAt: string | null;
  nextRunAt: string | null;
}

export interface BookmarkView {
  id: string;
  title: string;
  /** Null when the stored address is not one a browser should open. */
  url: string | null;
  from: string;
  at: string;
}

export interface HomeProps {
  owner: LayoutProps['owner'];
  connections: ConnectionView[];
  bookmarks: BookmarkView[];
  attention: ActivityView[];
}

export function HomePage({ owner, connections, bookmarks, attention }: HomeProps) {
  return (
    <Layout title="Your space" owner={owner}>
      <h1>Your space</h1>
      {attention.length > 0 ? (
        <section class="card attention" aria-labelledby="attention">
          <h2 id="attention">Needs you</h2>
          <ActivityList rows={attention} />
        </section>
      ) : null}
      <section class="card" aria-labelledby="connections">
        <div class="heading">
          <h2 id="connections">Connections</h2>
          <a class="button secondary" href="/catalogue">
            Add an integration
          </a>
        </div>
        {connections.length === 0 ? (
          <p class="empty">Nothing is connected yet. Add the RSS Watcher to see bookmarks arrive.</p>
        ) : (
          <ul class="rows">
            {connections.map((connection) => (
              <li key={connection.id}>
                <div>
                  <a class="title" href={`/connections/${connection.id}`}>
                    {connection.label}
                  </a>
                  <p class="detail">
                    {connection.integration} {connection.version}
                  </p>
                </div>
                <div class="facts">
                  <StatusBadge status={connection.status} />
                  <span class="detail">
                    Last synced <Moment at={connection.lastSyncAt} none="never" />
                  </span>
                  <span class="detail">
                    Next run <Moment at={connection.nextRunAt} none="not planned" />
                  </span>
                </div>
              </li>
            ))}
          </ul>
        )}
      </section>
      <section class="card" aria-labelledby="bookmarks">
        <h2 id="bookmarks">Newest bookmarks</h2>
        <BookmarkList bookmarks={bookmarks} />
      </section>
    </Layout>
  );
}

export function BookmarkList({ bookmarks }: { bookmarks: BookmarkView[] }) {
  if (bookmarks.length === 0) return <p class="empty">No bookmarks yet.</p>;
  return (
    <ul class="rows bookmarks">
      {bookmarks.map((bookmark) => (
        <li key={bookmark.id}>
          <div>
            {bookmark.url ? (
              <a class="title" href={bookmark.url} rel="noreferrer noopener">
                {bookmark.title}
              </a>
            ) : (
              <span class="title">{bookmark.title}</span>
            )}
            <p class="detail">{bookmark.from}</p>
          </div>
          <span class="detail">
            <Moment at={bookmark.at} none="" />
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What a bookmark shows: a title to read, and an address only when it is one of the web. */
export function toBookmarkView(item: {
  id: string;
  properties: Properties;
  timestamp: string;
  source: string;
}): BookmarkView {
  const text = (name: string) => (typeof item.properties[name] === 'string' ? (item.properties[name] as string) : '');
  const url = /^https?:\/\//i.test(text('url')) ? text('url') : null;
  return {
    id: item.id,
    title: text('title') || text('url') || 'Untitled',
    url,
    from: text('source_title') || item.source,
    at: item.timestamp,
  };
}
