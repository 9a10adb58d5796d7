import type { CallbackOutcome } from '../../upstream-oauth/index.ts';
import { Layout } from './layout.tsx';

export interface OAuthOutcomeProps {
  outcome: CallbackOutcome;
  /** Whether the reader may look at the Connection: an attempt that a key began ends in anybody's browser. */
  mayOpen: boolean;
}

/** How connecting an upstream account ended. */
export function OAuthOutcomePage({ outcome, mayOpen }: OAuthOutcomeProps) {
  const { connection } = outcome;
  const connected = outcome.kind === 'connected';
  const title = connected ? 'The account is connected' : 'The account was not connected';
  return (
    <Layout title={title} owner={null}>
      <section class="card narrow">
        <h1>{title}</h1>
        {connected ? (
          <p>
            <strong>{connection.label}</strong> can work with it now. The tokens stay on this server, encrypted; the
            integration never sees them.
          </p>
        ) : (
          <>
            <p>{outcome.explanation}</p>
            <p class="detail">
              <code>{outcome.reason}</code>
            </p>
          </>
        )}
        <p>
          {mayOpen ? (
            <a href={`/connections/${connection.id}`}>Go to {connection.label}</a>
          ) : (
            'You can close this window.'
          )}
        </p>
      </section>
    </Layout>
  );
}
