import { type FormState, Message } from './account-pages.tsx';
import { Field } from './field.tsx';
import { Layout } from './layout.tsx';
import { NewPassword } from './new-password.tsx';

export function ForgotPasswordPage({ form }: { form: FormState }) {
  return (
    <Layout title="Forgot your password?" owner={null}>
      <section class="card narrow">
        <h1>Forgot your password?</h1>
        <p>Tell us your address, and we send you a link to choose a new one.</p>
        <form method="post" action="/auth/forgot-password">
          <input type="hidden" name="csrf" value={form.csrf} />
          <Field label="E-mail" name="email" required input={{ type: 'email', autocomplete: 'username' }} />
          <button type="submit">Send the link</button>
        </form>
        <p class="aside">
          <a href="/auth/sign-in">Back to signing in</a>
        </p>
      </section>
    </Layout>
  );
}

/** The same whether or not there is an account with the address. */
export function ResetSentPage() {
  return (
    <Layout title="Check your mail" owner={null}>
      <section class="card narrow">
        <h1>Check your mail</h1>
        <p>If there is an account with this address, a link is on its way. It works once, within an hour.</p>
        <p class="hint">Nothing there? Look among unwanted mail, or try again in a while.</p>
        <p class="aside">
          <a href="/auth/sign-in">Back to signing in</a>
        </p>
      </section>
    </Layout>
  );
}

export function ResetPasswordPage({ form, token }: { form: FormState; token: string }) {
  return (
    <Layout title="Choose a new password" owner={null}>
      <section class="card narrow">
        <h1>Choose a new password</h1>
        <p>You are then signed out everywhere, and sign in with the new one.</p>
        <Message text={form.message} />
        <form method="post" action="/auth/reset-password">
          <input type="hidden" name="csrf" value={form.csrf} />
          <input type="hidden" name="token" value={token} />
          <NewPassword label="New password" name="password" fault={form.faults.password} />
          <button type="submit">Set the password</button>
        </form>
      </section>
    </Layout>
  );
}

export function StaleResetPage() {
  return (
    <Layout title="This link has ended" owner={null}>
      <section class="card narrow">
        <h1>This link has ended</h1>
        <p>It has been used, or it is older than an hour.</p>
        <p>
          <a class="button" href="/auth/forgot-password">
            Have another one sent
          </a>
        </p>
      </section>
    </Layout>
  );
}
