import { Layout } from './layout.tsx';
import { ScopeChoices } from './scope-choices.tsx';

export interface ConsentPageProps {
  owner: { name: string; csrf: string };
  email: string;
  app: { name: string | null; clientId: string; uri: string | null; isVouchedFor: boolean };
  /** Where the browser goes afterwards; null on a device's code. */
  returnsTo: string | null;
  /** The code that the device shows, when this is about one. */
  userCode?: string;
  asked: readonly string[];
  granted: readonly string[] | null;
  /** Where the form goes, and what it carries along. */
  action: string;
  hidden: Readonly<Record<string, string>>;
}

/** What an app asks for, and the two answers. Nothing on it comes from anywhere but this server. */
export function ConsentPage(props: ConsentPageProps) {
  const { owner, email, app, returnsTo, userCode, asked, granted, action, hidden } = props;
  const name = app.name ?? 'An app without a name';
  return (
    <Layout title={`Let ${name} in?`} owner={owner}>
      <section class="card medium centred">
        <h1>{granted === null ? `Let ${name} in?` : `${name} asks again`}</h1>
        <p>
          <strong>{name}</strong> wants to use your space. You are signed in as <strong>{owner.name}</strong> ({email}).
        </p>
        {userCode === undefined ? null : (
          <div class="message" role="note">
            <p>Your device should show this code:</p>
            <p>
              <code class="secret">{userCode}</code>
            </p>
            <p>
              Go on only if you started this yourself, on a device in front of you: whoever holds it will be let in.
            </p>
          </div>
        )}
        <dl class="facts-list small">
          {returnsTo === null ? null : (
            <>
              <dt>Afterwards</dt>
              <dd>
                you go to <code>{returnsTo}</code>
              </dd>
            </>
          )}
          <dt>App</dt>
          <dd>
            <code>{app.clientId}</code>
            {app.uri === null ? null : (
              <>
                {' '}
                of <code>{app.uri}</code>
              </>
            )}
          </dd>
          <dt>Made by</dt>
          <dd>
            {app.isVouchedFor
              ? 'The operator of this server registered this app.'
              : 'Nobody has checked who made this app: it registered itself, and chose its name.'}
          </dd>
        </dl>
        <form method="post" action={action}>
          <input type="hidden" name="csrf" value={owner.csrf} />
          {Object.entries(hidden).map(([field, value]) => (
            <input key={field} type="hidden" name={field} value={value} />
          ))}
          <ScopeChoices asked={asked} granted={granted} />
          {asked.includes('offline_access') ? null : (
            <p class="detail">The app stays signed in while you are away, until you end it under Security.</p>
          )}
          <div class="actions">
            <button type="submit" name="decision" value="accept">
              Allow what is ticked
            </button>
            <button type="submit" name="decision" value="deny" class="secondary">
              Deny
            </button>
          </div>
        </form>
      </section>
    </Layout>
  );
}
