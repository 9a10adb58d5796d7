import { Field } from './field.tsx';
import { Layout } from './layout.tsx';
import { NewPassword } from './new-password.tsx';
import { Notice } from './notice.tsx';

/** What a form holds when it comes back, and what was wrong, by field. */
export interface FormState {
  csrf: string;
  values: Readonly<Record<string, string>>;
  faults: Readonly<Record<string, string>>;
  message?: string | undefined;
}

export function SetupPage({ token, form }: { token: string; form: FormState }) {
  return (
    <Layout title="Create the owner" owner={null}>
      <section class="card narrow">
        <h1>Welcome to your space</h1>
        <p>
          This server is yours once you have made its owner. You sign in with this e-mail address and password from then
          on.
        </p>
        <Message text={form.message} />
        <form method="post" action="/setup">
          <input type="hidden" name="csrf" value={form.csrf} />
          <input type="hidden" name="token" value={token} />
          <Field
            label="Your name"
            name="name"
            required
            fault={form.faults.name}
            input={{ value: form.values.name, autocomplete: 'name' }}
          />
          <Field
            label="E-mail"
            name="email"
            required
            fault={form.faults.email}
            input={{ type: 'email', value: form.values.email, autocomplete: 'username' }}
          />
          <NewPassword label="Password" name="password" fault={form.faults.password} />
          <button type="submit">Create the owner</button>
        </form>
      </section>
    </Layout>
  );
}

export interface SignInPageProps {
  form: FormState;
  returnTo: string;
  /** Which other ways in this server has. */
  links: { signUp: boolean; passwordReset: boolean };
  notice?: string;
}

const SIGN_IN_NOTICES = {
  password_reset: 'Your password is set. Sign in with it.',
};

export function SignInPage({ form, returnTo, links, notice = '' }: SignInPageProps) {
  return (
    <Layout title="Sign in" owner={null}>
      <section class="card narrow">
        <h1>Sign in</h1>
        <Notice code={notice} texts={SIGN_IN_NOTICES} />
        <Message text={form.message} />
        <form method="post" action="/auth/sign-in">
          <input type="hidden" name="csrf" value={form.csrf} />
          <input type="hidden" name="return_to" value={returnTo} />
          <Field
            label="E-mail"
            name="email"
            required
            input={{ type: 'email', value: form.values.email, autocomplete: 'username' }}
          />
          <Field
            label="Password"
            name="password"
            required
            input={{ type: 'password', autocomplete: 'current-password' }}
          />
          <button type="submit">Sign in</button>
        </form>
        {links.passwordReset ? (
          <p class="aside">
            <a href="/auth/forgot-password">Forgot your password?</a>
          </p>
        ) : null}
        {links.signUp ? (
          <p class="aside">
            No account yet? <a href={`/auth/sign-up?return_to=${encodeURIComponent(returnTo)}`}>Sign up</a>
          </p>
        ) : null}
      </section>
    </Layout>
  );
}

export function NoOwnerPage() {
  return (
    <Layout title="Not set up yet" owner={null}>
      <section class="card narrow">
        <h1>This server has no owner yet</h1>
        <p>
          When it started, it printed a link that ends in <code>/setup?token=…</code>. Open that link to create the
          owner. The link changes with every start.
        </p>
      </section>
    </Layout>
  );
}

export function ErrorPage({ title, message, code }: { title: string; message: string; code?: string }) {
  return (
    <Layout title={title} owner={null}>
      <section class="card narrow">
        <h1>{title}</h1>
        <p>{message}</p>
        {code === undefined ? null : (
          <p class="detail">
            <code>{code}</code>
          </p>
        )}
        <p>
          <a href="/">Back to the start</a>
        </p>
      </section>
    </Layout>
  );
}

export function Message({ text }: { text?: string | undefined }) {
  return text ? (
    <p class="message" role="alert">
      {text}
    </p>
  ) : null;
}
