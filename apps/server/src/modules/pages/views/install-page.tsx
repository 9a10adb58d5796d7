import type { Integration } from '@withmarfa/shared';
import { type FormState, Message } from './account-pages.tsx';
import { ConfigurationFields } from './configuration-fields.tsx';
import { CredentialFields, type CredentialFieldsProps } from './credential-fields.tsx';
import { Field } from './field.tsx';
import { GrantChoices } from './grant-choices.tsx';
import { Layout, type LayoutProps } from './layout.tsx';

export interface InstallProps {
  owner: LayoutProps['owner'];
  integration: Integration;
  form: FormState;
  /** What stays ticked of what it asks for; null for everything. */
  ticked: ReadonlySet<string> | null;
  /** Null when it needs no upstream account. */
  credential: Omit<CredentialFieldsProps, 'form'> | null;
  /** A bundled feed that works without the internet; shown where an integration asks for a feed address. */
  sampleFeedUrl: string;
}

const DIRECTIONS = {
  read: 'It brings data from elsewhere into your space.',
  write: 'It changes things from what is in your space.',
  both: 'It keeps your space and an account elsewhere the same, both ways.',
} as const;

/** The consent: what the integration may do, word for word, and its settings. Nothing is installed before it is approved. */
export function InstallPage({ owner, integration, form, ticked, credential, sampleFeedUrl }: InstallProps) {
  const { manifest } = integration;
  const asksForFeed = manifest.configuration_schema !== undefined && 'feed_url' in manifest.configuration_schema;
  const capabilities = Object.entries(manifest.oauth_requirements);
  return (
    <Layout title={`Install ${integration.manifest_name}`} owner={owner}>
      <section class="card medium">
        <h1>Install {integration.manifest_name}?</h1>
        <p>{integration.summary}</p>
        <p class="detail">
          By {integration.publisher} · version {integration.manifest_version} · runs on this server
        </p>
        <p class="detail">{DIRECTIONS[manifest.direction]}</p>
        <Message text={form.message} />
        <form method="post" action={`/integrations/${integration.id}/install`}>
          <input type="hidden" name="csrf" value={form.csrf} />
          <input type="hidden" name="consent" value="itemised" />
          <GrantChoices manifest={manifest} ticked={ticked} />
          {credential === null ? null : <CredentialFields {...credential} form={form} />}
          {capabilities.length === 0 ? null : (
            <ul class="grants">
              {capabilities.map(([name, mode]) => (
                <li key={name}>
                  <code>{name}</code>:{' '}
                  {mode === 'proxy'
                    ? 'calls the upstream through this server, which keeps the tokens'
                    : 'gets short-lived tokens of the upstream in its own hands'}
                </li>
              ))}
            </ul>
          )}
          <h2>Settings</h2>
          <Field
            label="Name of this connection"
            name="label"
            input={{ value: form.values.label, placeholder: integration.manifest_name, maxLength: 200 }}
            fault={form.faults.label}
          />
          <ConfigurationFields
            schema={manifest.configuration_schema ?? {}}
            targetTypes={manifest.target_types}
            values={form.values}
            faults={form.faults}
          />
          {asksForFeed ? (
            <p class="hint">
              No feed at hand?{' '}
              <a href={`/integrations/${integration.id}/install?feed_url=${encodeURIComponent(sampleFeedUrl)}`}>
                Use the sample feed
              </a>{' '}
              that comes with this server.
            </p>
          ) : null}
          <div class="actions">
            <button type="submit" name="decision" value="approve">
              Approve and install
            </button>
            <button class="secondary" type="submit" name="decision" value="cancel" formnovalidate>
              Cancel
            </button>
          </div>
        </form>
      </section>
    </Layout>
  );
}
