import type { Key } from '@withmarfa/shared';
import { type FormState, Message } from './account-pages.tsx';
import { Field } from './field.tsx';
import { Layout, type LayoutProps } from './layout.tsx';
import { Moment } from './moment.tsx';

export interface KeysPageProps {
  owner: NonNullable<LayoutProps['owner']>;
  keys: Key[];
  form: FormState;
  /** The plaintext of a key that was made by this very request; it is shown this once. */
  created?: { label: string; key: string };
}

export function KeysPage({ owner, keys, form, created }: KeysPageProps) {
  return (
    <Layout title="API keys" owner={owner}>
      <h1>API keys</h1>
      {created ? (
        <section class="card attention" aria-labelledby="created">
          <h2 id="created">Copy the key “{created.label}”</h2>
          <p>It is shown this once and cannot be shown again.</p>
          <p>
            <code class="secret">{created.key}</code>
          </p>
        </section>
      ) : null}
      <section class="card">
        <ul class="rows">
          {keys.map((key) => (
            <li key={key.id}>
              <div>
                <span class="title">{key.label}</span>
                <p class="detail">
                  {key.role}, writes as {key.source}; last used <Moment at={key.last_used_at} none="never" />
                </p>
              </div>
            </li>
          ))}
        </ul>
      </section>
      <section class="card medium">
        <h2>Make an admin key</h2>
        <p>
          For your own scripts and tools. It may do everything in this space; make narrower ones through the API with
          it.
        </p>
        <Message text={form.message} />
        <form method="post" action="/account/keys">
          <input type="hidden" name="csrf" value={form.csrf} />
          <Field
            label="Label"
            name="label"
            required
            input={{ value: form.values.label, maxLength: 200 }}
            fault={form.faults.label}
          />
          <Field
            label="Source"
            name="source"
            required
            hint="The name stamped onto everything written with this key, such as my-script."
            input={{ value: form.values.source, maxLength: 200 }}
            fault={form.faults.source}
          />
          <button type="submit">Make the key</button>
        </form>
      </section>
    </Layout>
  );
}
