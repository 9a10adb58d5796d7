import { Message } from './account-pages.tsx';
import { Field } from './field.tsx';
import { Layout } from './layout.tsx';

/** Takes the code that a device shows. It goes with the address, so that a link can bring it along. */
export function DevicePage({
  owner,
  typed,
  message,
}: {
  owner: { name: string; csrf: string };
  typed: string;
  message?: string;
}) {
  return (
    <Layout title="Connect a device" owner={owner}>
      <section class="card narrow">
        <h1>Connect a device</h1>
        <p>Type the code that your device or terminal shows.</p>
        <Message text={message} />
        <form method="get" action="/auth/device">
          <Field
            label="Code"
            name="user_code"
            required
            hint="Seven letters, such as WDJ-BMJH. Capitals and the hyphen do not matter."
            input={{
              value: typed,
              autocomplete: 'off',
              autocapitalize: 'characters',
              spellcheck: false,
              maxLength: 20,
            }}
          />
          <button type="submit">Go on</button>
        </form>
      </section>
    </Layout>
  );
}

/** How it ended; the rest happens on the device. */
export function DeviceDonePage({
  owner,
  outcome,
}: {
  owner: { name: string; csrf: string };
  outcome: 'approved' | 'denied';
}) {
  const isApproved = outcome === 'approved';
  return (
    <Layout title={isApproved ? 'Device connected' : 'Nothing was granted'} owner={owner}>
      <section class="card narrow">
        <h1>{isApproved ? 'Your device is connected' : 'Nothing was granted'}</h1>
        <p>
          {isApproved
            ? 'It goes on by itself within a few seconds. You can close this page.'
            : 'Your device is told that you said no. You can close this page.'}
        </p>
        <p>
          <a href="/auth/security">See what has access</a>
        </p>
      </section>
    </Layout>
  );
}
