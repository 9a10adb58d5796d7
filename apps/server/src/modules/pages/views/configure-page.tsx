import type { ConfigurationSchema } from '@withmarfa/shared';
import { type FormState, Message } from './account-pages.tsx';
import { ConfigurationFields } from './configuration-fields.tsx';
import { Field } from './field.tsx';
import type { ConnectionView } from './home-page.tsx';
import { Layout, type LayoutProps } from './layout.tsx';

export interface ConfigurePageProps {
  owner: LayoutProps['owner'];
  connection: ConnectionView;
  schema: ConfigurationSchema;
  targetTypes: readonly string[];
  form: FormState;
}

/** The settings of a Connection, made from what its integration declares. */
export function ConfigurePage({ owner, connection, schema, targetTypes, form }: ConfigurePageProps) {
  return (
    <Layout title={`Settings of ${connection.label}`} owner={owner}>
      <section class="card medium">
        <h1>Settings of {connection.label}</h1>
        <Message text={form.message} />
        <form method="post" action={`/connections/${connection.id}/configure`}>
          <input type="hidden" name="csrf" value={form.csrf} />
          <Field
            label="Name of this connection"
            name="label"
            required
            input={{ value: form.values.label, maxLength: 200 }}
            fault={form.faults.label}
          />
          <ConfigurationFields schema={schema} targetTypes={targetTypes} values={form.values} faults={form.faults} />
          <div class="actions">
            <button type="submit">Save</button>
            <a class="button secondary" href={`/connections/${connection.id}`}>
              Cancel
            </a>
          </div>
        </form>
      </section>
    </Layout>
  );
}
