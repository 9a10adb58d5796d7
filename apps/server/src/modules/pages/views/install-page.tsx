import type { Integration } from '@withmarfa/shared';
import { type FormState, Message } from './account-pages.tsx';
import { ConfigurationFields } from './configuration-fields.tsx';
import { Field } from './field.tsx';
import { Layout, type LayoutProps } from './layout.tsx';

export interface InstallProps {
  owner: LayoutProps['owner'];
  integration: Integration;
  form: FormState;
  /** A bundled feed that works without the internet; shown where an integration asks for a feed address. */
  sampleFeedUrl: string;
}

/** The consent: what the integration may do, word for word, and its settings. Nothing is installed before it is approved. */
export function InstallPage({ owner, integration, form, sampleFeedUrl }: InstallProps) {
  const { manifest } = integration;
  const asksForFeed = manifest.configuration_schema !== undefined && 'feed_url' in manifest.configuration_schema;
  const edges = Object.entries(manifest.permissions.edge ?? {});
  const extensions = Object.entries(manifest.permissions.extension ?? {});
  return (
    <Layout title={`Install ${integration.manifest_name}`} owner={owner}>
      <section class="card medium">
        <h1>Install {integration.manifest_name}?</h1>
        <p>{integration.summary}</p>
        <p class="detail">
          By {integration.publisher} · version {integration.manifest_version} · runs on this server
        </p>
        <Message text={form.message} />
        <form method="post" action={`/integrations/${integration.id}/install`}>
          <input type="hidden" name="csrf" value={form.csrf} />
          <h2>It may</h2>
          <ul class="grants">
            {manifest.target_types.map((type) => (
              <li key={type}>
                create, read and change items of type <code>{type}</code>
              </li>
            ))}
            {edges.map(([type, level]) => (
              <li key={type}>
                {level === 'write' ? 'read and write' : 'read'} edges of type <code>{type}</code>
              </li>
            ))}
            {extensions.map(([namespace, level]) => (
              <li key={namespace}>
                {level === 'write' ? 'read and write' : 'read'} the extension <code>{namespace}</code>
                {namespace === 'connection.runtime' ? ', its own notes on this connection' : ''}
              </li>
            ))}
          </ul>
          <p class="detail">It sees nothing else in your space, and you can end this at any time.</p>
          <h2>It runs</h2>
          <ul class="grants">
            {manifest.triggers.map((trigger) => (
              <li key={JSON.stringify(trigger)}>
                {trigger.type === 'schedule' ? (
                  <>
                    on the schedule <code>{trigger.config.cron}</code> (UTC)
                  </>
                ) : trigger.type === 'manual' ? (
                  'when you press Run now'
                ) : (
                  `on ${trigger.type} events`
                )}
              </li>
            ))}
          </ul>
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
