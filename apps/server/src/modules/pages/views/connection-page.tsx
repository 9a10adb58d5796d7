import type { DeadLetter, InboundWebhook, Run } from '@withmarfa/shared';
import { Message } from './account-pages.tsx';
import { ActivityList, type ActivityView } from './activity-list.tsx';
import { settingLabel } from './configuration-fields.tsx';
import { Field } from './field.tsx';
import { BookmarkList, type BookmarkView, type ConnectionView } from './home-page.tsx';
import { Layout, type LayoutProps } from './layout.tsx';
import { Moment } from './moment.tsx';
import { Notice } from './notice.tsx';
import { StatusBadge } from './status-badge.tsx';
import { DeadLetterSection, WebhookSection } from './webhook-section.tsx';

export interface ConnectionPageProps {
  owner: NonNullable<LayoutProps['owner']>;
  connection: ConnectionView & {
    active: boolean;
    configuration: Record<string, unknown>;
    /** Why its account has to be connected again; null when it need not be. */
    reauthReason: string | null;
  };
  /** Null when it needs no upstream account. */
  credential: { kind: 'oauth_token' | 'api_token'; label: string } | null;
  /** The version that it can be upgraded to. */
  candidate: string | null;
  /** What has just been done, as the address bar tells. */
  notice: string;
  runs: Run[];
  /** Where services tell it of what happens; empty without a webhook trigger. */
  inbound: InboundWebhook[];
  deadLetters: { data: DeadLetter[]; has_more: boolean };
  activity: ActivityView[];
  /** Null when it brings none. */
  bookmarks: BookmarkView[] | null;
  canRun: boolean;
  message?: string | undefined;
}

const NOTICES = {
  pause: 'It is paused: nothing runs until you resume it.',
  resume: 'It is at work again.',
  upgrade: 'It was upgraded.',
  configure: 'The settings were saved.',
  token: 'The new token is kept.',
  replay: 'It is being handled again.',
};

export function ConnectionPage(props: ConnectionPageProps) {
  const { owner, connection, credential, candidate, notice, runs, activity, bookmarks, canRun, message } = props;
  const { inbound, deadLetters } = props;
  const underWay = runs.some((run) => run.status === 'queued' || run.status === 'running');
  const path = `/connections/${connection.id}`;
  return (
    <Layout title={connection.label} owner={owner} {...(underWay ? { refreshSeconds: 2 } : {})}>
      <div class="heading">
        <h1>{connection.label}</h1>
        <StatusBadge status={connection.status} />
      </div>
      <Message text={message} />
      <Notice code={notice} texts={NOTICES} />
      {connection.active && credential && connection.reauthReason !== null ? (
        <Reconnect
          owner={owner}
          path={path}
          kind={credential.kind}
          isFirst={connection.reauthReason === 'not_connected'}
        />
      ) : null}
      {connection.active && candidate !== null ? (
        <p class="message good" role="status">
          Version {candidate} is there. <a href={`${path}/review-upgrade`}>See what it changes</a>
        </p>
      ) : null}
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
          {credential ? (
            <>
              <dt>Account</dt>
              <dd>{credential.label}</dd>
            </>
          ) : null}
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
            <form method="post" action={`${path}/actions/${connection.status === 'paused' ? 'resume' : 'pause'}`}>
              <input type="hidden" name="csrf" value={owner.csrf} />
              <button class="secondary" type="submit">
                {connection.status === 'paused' ? 'Resume' : 'Pause'}
              </button>
            </form>
            <a class="button secondary" href={`${path}/configure`}>
              Settings
            </a>
            {credential?.kind === 'oauth_token' && connection.reauthReason === null ? (
              <a class="button secondary" href={`${path}/oauth/start`}>
                Connect another account
              </a>
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
      {deadLetters.data.length === 0 ? null : (
        <DeadLetterSection
          csrf={owner.csrf}
          path={path}
          letters={deadLetters.data}
          hasMore={deadLetters.has_more}
          canReplay={connection.active && connection.status !== 'paused'}
        />
      )}
      {inbound.length === 0 ? null : <WebhookSection csrf={owner.csrf} path={path} inbound={inbound} />}
      {bookmarks === null ? null : (
        <section class="card" aria-labelledby="bookmarks">
          <h2 id="bookmarks">Newest bookmarks from here</h2>
          <BookmarkList bookmarks={bookmarks} />
        </section>
      )}
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

const TRIGGER_WORDS = {
  manual: 'by hand',
  schedule: 'on schedule',
  webhook: 'called by the upstream',
  'item-event': 'after a change',
  renew: 'to go on being called',
};

interface ReconnectProps {
  owner: ConnectionPageProps['owner'];
  path: string;
  kind: 'oauth_token' | 'api_token';
  /** Whether no account was ever connected. */
  isFirst: boolean;
}

/** The one thing that only a person can do. */
function Reconnect({ owner, path, kind, isFirst }: ReconnectProps) {
  return (
    <section class="card attention" aria-labelledby="reconnect">
      <h2 id="reconnect">{isFirst ? 'Connect its account' : 'Needs you'}</h2>
      {kind === 'oauth_token' ? (
        <>
          <p>
            {isFirst
              ? 'It begins to work when you have allowed it to use your account, on the page of the upstream.'
              : 'The upstream no longer accepts what you allowed before. Allow it again to let it go on.'}
          </p>
          <a class="button" href={`${path}/oauth/start`}>
            Connect the account
          </a>
        </>
      ) : (
        <form method="post" action={`${path}/actions/token`}>
          <input type="hidden" name="csrf" value={owner.csrf} />
          <p>The upstream rejected the API token. Give it another one to let it go on.</p>
          <Field
            label="New API token"
            name="api_token"
            required
            input={{ type: 'password', autocomplete: 'off', maxLength: 2048 }}
          />
          <button type="submit">Keep the new token</button>
        </form>
      )}
    </section>
  );
}

function RunList({ runs }: { runs: Run[] }) {
  return (
    <ul class="rows">
      {runs.map((run) => (
        <li key={run.id}>
          <div>
            <StatusBadge status={run.status} /> <span class="detail">{TRIGGER_WORDS[run.trigger]}</span>
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
