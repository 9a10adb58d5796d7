import type { NewInboundWebhook } from '@withmarfa/shared';
import { Layout, type LayoutProps } from './layout.tsx';

export interface WebhookSecretPageProps {
  owner: NonNullable<LayoutProps['owner']>;
  connection: { id: string; label: string };
  inbound: NewInboundWebhook;
}

/** The one time at which a secret of an inbound webhook is shown. */
export function WebhookSecretPage({ owner, connection, inbound }: WebhookSecretPageProps) {
  return (
    <Layout title="Webhook" owner={owner}>
      <h1>{connection.label}: where it is told of what happens</h1>
      <section class="card attention" aria-labelledby="webhook-secret">
        <h2 id="webhook-secret">Give these to the service</h2>
        <dl class="facts-list">
          <dt>Address</dt>
          <dd>
            <code>{inbound.receipt_url}</code>
          </dd>
          <dt>Secret</dt>
          <dd>
            <code>{inbound.secret}</code>
          </dd>
          <dt>Signed as</dt>
          <dd>{inbound.verification_method}</dd>
        </dl>
        <p>
          The secret is shown this once. Whoever has it can tell {connection.label} anything; if it is lost or known to
          others, make another one on the page of the connection.
        </p>
        <a class="button" href={`/connections/${connection.id}`}>
          I have kept it
        </a>
      </section>
    </Layout>
  );
}
