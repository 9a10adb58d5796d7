import type { BrowserSession } from '../../auth/index.ts';
import { type FormState, Message } from './account-pages.tsx';
import { Field } from './field.tsx';
import { Layout, type LayoutProps } from './layout.tsx';
import { Moment } from './moment.tsx';
import { NewPassword } from './new-password.tsx';
import { Notice } from './notice.tsx';

/** An app that the person has let in. */
export interface AppView {
  /** Of the grant. */
  id: string;
  name: string;
  clientId: string;
  scopes: string[];
  grantedAt: string;
  lastUsedAt: string | null;
}

export interface SecurityPageProps {
  owner: NonNullable<LayoutProps['owner']>;
  email: string;
  apps: AppView[];
  sessions: BrowserSession[];
  /** The form that changes the password. */
  form: FormState;
  notice: string;
}

const NOTICES = {
  grant_revoked: 'The app has no access any more.',
  session_revoked: 'That browser is signed out.',
  session_not_found: 'That browser was signed out already.',
  cannot_revoke_current: 'This is the browser you are using. Sign out to end its session.',
  password_changed: 'Your password is changed, and every other browser is signed out.',
};

export function SecurityPage({ owner, email, apps, sessions, form, notice }: SecurityPageProps) {
  return (
    <Layout title="Security" owner={owner}>
      <h1>Security</h1>
      <Notice code={notice} texts={NOTICES} />
      <section class="card" aria-labelledby="apps">
        <h2 id="apps">Apps with access</h2>
        {apps.length === 0 ? (
          <p class="empty">No app has access.</p>
        ) : (
          <ul class="rows">
            {apps.map((app) => (
              <AppRow key={app.id} app={app} csrf={owner.csrf} />
            ))}
          </ul>
        )}
      </section>
      <section class="card" aria-labelledby="sessions">
        <div class="heading">
          <h2 id="sessions">Where you are signed in</h2>
          <form method="post" action="/auth/sessions/sign-out-all">
            <input type="hidden" name="csrf" value={owner.csrf} />
            <button type="submit" class="secondary">
              Sign out everywhere
            </button>
          </form>
        </div>
        <ul class="rows">
          {sessions.map((session) => (
            <SessionRow key={session.id} session={session} csrf={owner.csrf} />
          ))}
        </ul>
      </section>
      <section class="card medium" aria-labelledby="password-heading">
        <h2 id="password-heading">Change your password</h2>
        <Message text={form.message} />
        <form method="post" action="/auth/security/password">
          <input type="hidden" name="csrf" value={owner.csrf} />
          {/* For password managers, which keep passwords by address. */}
          <input type="email" name="email" value={email} autocomplete="username" readonly hidden />
          <Field
            label="Current password"
            name="current_password"
            required
            fault={form.faults.current_password}
            input={{ type: 'password', autocomplete: 'current-password' }}
          />
          <NewPassword label="New password" name="new_password" fault={form.faults.new_password} />
          <button type="submit">Change the password</button>
        </form>
      </section>
    </Layout>
  );
}

function AppRow({ app, csrf }: { app: AppView; csrf: string }) {
  return (
    <li>
      <div>
        <span class="title">{app.name}</span>
        <p class="detail">
          <code>{app.clientId}</code>
        </p>
        <p class="detail">
          {app.scopes.map((scope) => (
            <>
              <code key={scope}>{scope}</code>{' '}
            </>
          ))}
        </p>
        <p class="detail">
          Since <Moment at={app.grantedAt} none="" />; last used <Moment at={app.lastUsedAt} none="never" />
        </p>
      </div>
      <form method="post" action={`/auth/grants/${app.id}/revoke`}>
        <input type="hidden" name="csrf" value={csrf} />
        <button type="submit" class="secondary" aria-label={`Revoke the access of ${app.name}`}>
          Revoke access
        </button>
      </form>
    </li>
  );
}

function SessionRow({ session, csrf }: { session: BrowserSession; csrf: string }) {
  return (
    <li>
      <div>
        <span class="title">{session.device_hint}</span>
        <p class="detail">
          Signed in <Moment at={session.created_at} none="" />; last active{' '}
          <Moment at={session.last_active_at} none="" />
          {session.ip ? `; from ${session.ip}` : ''}
        </p>
      </div>
      {session.current ? (
        <span class="badge healthy">This browser</span>
      ) : (
        <form method="post" action={`/auth/sessions/${session.id}/revoke`}>
          <input type="hidden" name="csrf" value={csrf} />
          <button type="submit" class="secondary" aria-label={`Sign out ${session.device_hint}`}>
            Sign out
          </button>
        </form>
      )}
    </li>
  );
}
