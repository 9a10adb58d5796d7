import { type FormState, Message } from './account-pages.tsx';
import { Field } from './field.tsx';
import { Layout } from './layout.tsx';
import { NewPassword } from './new-password.tsx';

export function SignUpPage({ form, returnTo }: { form: FormState; returnTo: string }) {
  return (
    <Layout title="Sign up" owner={null}>
      <section class="card narrow">
        <h1>Make your space</h1>
        <Message text={form.message} />
        <form method="post" action="/auth/sign-up">
          <input type="hidden" name="csrf" value={form.csrf} />
          <input type="hidden" name="return_to" value={returnTo} />
          <Field
            label="Your name"
            name="name"
            required
            fault={form.faults.name}
            input={{ value: form.values.name, autocomplete: 'name', maxLength: 200 }}
          />
          <Field
            label="Handle"
            name="handle"
            required
            hint="Your public name, such as ada-l: 3 to 32 letters, digits and single hyphens."
            fault={form.faults.handle}
            input={{
              value: form.values.handle,
              autocomplete: 'nickname',
              autocapitalize: 'none',
              spellcheck: false,
              minLength: 3,
              maxLength: 32,
            }}
          />
          <Field
            label="E-mail"
            name="email"
            required
            fault={form.faults.email}
            input={{ type: 'email', value: form.values.email, autocomplete: 'username' }}
          />
          <NewPassword label="Password" name="password" fault={form.faults.password} />
          <button type="submit">Sign up</button>
        </form>
        <p class="aside">
          Have an account? <a href={`/auth/sign-in?return_to=${encodeURIComponent(returnTo)}`}>Sign in</a>
        </p>
      </section>
    </Layout>
  );
}

/** The same whether or not there was an account with the address. */
export function CheckMailPage({ form }: { form: FormState }) {
  return (
    <Layout title="Check your mail" owner={null}>
      <section class="card narrow">
        <h1>Check your mail</h1>
        <p>
          We have sent a mail to <strong>{form.values.email}</strong>. Open the link in it within an hour.
        </p>
        <p class="hint">Nothing there? Look among unwanted mail, or let us send it again.</p>
        <ResendForm form={form} />
      </section>
    </Layout>
  );
}

export function UnconfirmedPage({ form }: { form: FormState }) {
  return (
    <Layout title="Confirm your address" owner={null}>
      <section class="card narrow">
        <h1>Confirm your address first</h1>
        <p>
          The password is right, but nobody has opened the link that we sent to <strong>{form.values.email}</strong>{' '}
          yet.
        </p>
        <ResendForm form={form} />
      </section>
    </Layout>
  );
}

function ResendForm({ form }: { form: FormState }) {
  return (
    <form method="post" action="/auth/verify-email/resend">
      <input type="hidden" name="csrf" value={form.csrf} />
      <input type="hidden" name="email" value={form.values.email} />
      <button type="submit" class="secondary">
        Send the link again
      </button>
    </form>
  );
}

export function ConfirmPage({ form, token }: { form: FormState; token: string }) {
  return (
    <Layout title="Confirm your address" owner={null}>
      <section class="card narrow">
        <h1>Confirm your address</h1>
        <p>This makes your space and signs you in. If it was not you who signed up, close this page.</p>
        <form method="post" action="/auth/verify-email">
          <input type="hidden" name="csrf" value={form.csrf} />
          <input type="hidden" name="token" value={token} />
          <button type="submit">Confirm and sign in</button>
        </form>
      </section>
    </Layout>
  );
}

export function StaleConfirmationPage({ form }: { form: FormState }) {
  return (
    <Layout title="This link has ended" owner={null}>
      <section class="card narrow">
        <h1>This link has ended</h1>
        <p>
          It has been used, or it is older than an hour. If your address is confirmed,{' '}
          <a href="/auth/sign-in">sign in</a>; else have another link sent.
        </p>
        <form method="post" action="/auth/verify-email/resend">
          <input type="hidden" name="csrf" value={form.csrf} />
          <Field label="E-mail" name="email" required input={{ type: 'email', autocomplete: 'username' }} />
          <button type="submit">Send a link</button>
        </form>
      </section>
    </Layout>
  );
}
