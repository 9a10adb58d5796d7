import type { Integration, UpgradeDelta } from '@withmarfa/shared';
import type { ConnectionView } from './home-page.tsx';
import { Layout, type LayoutProps } from './layout.tsx';

export interface UpgradePageProps {
  owner: NonNullable<LayoutProps['owner']>;
  connection: ConnectionView;
  plan: { current: string; candidate: Integration | null; delta: UpgradeDelta | null };
}

const GROUPS = [
  ['widening', 'It is granted more', 'You have not consented to this before.'],
  ['narrowing', 'It is granted less', ''],
  ['same', 'It changes otherwise', ''],
] as const;

/** What a newer version would change, before anything does. */
export function UpgradePage({ owner, connection, plan: { current, candidate, delta } }: UpgradePageProps) {
  const title = `Upgrade ${connection.label}`;
  if (candidate === null || delta === null)
    return (
      <Layout title={title} owner={owner}>
        <section class="card medium">
          <h1>{title}</h1>
          <p>
            {connection.integration} {current} is the newest version.
          </p>
          <a href={`/connections/${connection.id}`}>Back to the connection</a>
        </section>
      </Layout>
    );
  const groups = GROUPS.map(([kind, heading, hint]) => ({
    heading,
    hint,
    lines: delta.changes.filter((change) => change.class === kind).map((change) => change.line),
  })).filter(({ lines }) => lines.length > 0);
  return (
    <Layout title={title} owner={owner}>
      <section class="card medium">
        <h1>{title}?</h1>
        <p>
          From {current} to <strong>{candidate.manifest_version}</strong>: {candidate.summary}
        </p>
        {groups.length === 0 ? <p>What it is granted stays as it is.</p> : null}
        {groups.map(({ heading, hint, lines }) => (
          <section class="part" key={heading}>
            <h2>{heading}</h2>
            {hint ? <p class="hint">{hint}</p> : null}
            <ul class="grants">
              {lines.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </section>
        ))}
        {delta.configurationRequired.length > 0 ? (
          <p class="message" role="note">
            It needs settings that this connection does not have: {delta.configurationRequired.join(', ')}. Install it
            anew to give them.
          </p>
        ) : (
          <form method="post" action={`/connections/${connection.id}/actions/upgrade`}>
            <input type="hidden" name="csrf" value={owner.csrf} />
            <input type="hidden" name="to_version" value={candidate.manifest_version} />
            <p class="detail">What you took away at the install stays away. Where it had got to is kept.</p>
            <div class="actions">
              <button type="submit">{delta.widens ? 'Consent and upgrade' : 'Upgrade'}</button>
              <a class="button secondary" href={`/connections/${connection.id}`}>
                Not now
              </a>
            </div>
          </form>
        )}
      </section>
    </Layout>
  );
}
