import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootstrap } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { type MailServer, startMailServer } from './support/mail-server.ts';
import { linkIn, printedMail, printedMails } from './support/printed-mail.ts';
import { createProfile, DIALECTS, type Profile } from './support/profiles.ts';
import { letLinksExpire } from './support/records.ts';
import { startServer, type TestServer, waitFor } from './support/start-server.ts';
import { anOwner, aVisitor, BEHIND_PROXY, isSignedIn, OWNER, signIn } from './support/visitor.ts';

const FORGOT = '/auth/forgot-password';
const RESET = '/auth/reset-password';
const NEW_PASSWORD = 'another password entirely';

const askFor = (server: TestServer, email: string) => aVisitor(server).submit(FORGOT, FORGOT, { email });

describeServer(
  'A new password',
  (under) => {
    let mails = 0;
    /** Each test takes a link of its own: three an hour are sent, so that the owner's password is set by few of them. */
    const aLink = async () => {
      await askFor(under.server, OWNER.email);
      mails += 1;
      return (await printedMail(under.server, OWNER.email, mails)).link;
    };
    beforeAll(() => anOwner(under.server));

    it('is chosen by the mailed link, once, and ends every session', async () => {
      const elsewhere = aVisitor(under.server);
      await signIn(elsewhere, OWNER);
      expect(await isSignedIn(elsewhere)).toBe(true);
      const link = await aLink();
      const visitor = aVisitor(under.server);
      const page = await visitor.get(link);
      expect(page.headers.get('referrer-policy')).toBe('strict-origin');
      const short = await visitor.post(RESET, { ...page.hidden(RESET), password: 'short' });
      expect([short.status, short.html.includes('at least 10')]).toEqual([400, true]);
      const done = await visitor.post(RESET, { ...page.hidden(RESET), password: NEW_PASSWORD });
      expect([done.status, done.location]).toEqual([303, '/auth/sign-in?notice=password_reset']);
      expect(await isSignedIn(elsewhere)).toBe(false);
      expect(await isSignedIn(visitor)).toBe(false);
      expect((await signIn(visitor, OWNER)).status).toBe(401);
      expect((await signIn(visitor, { ...OWNER, password: NEW_PASSWORD })).status).toBe(303);
      const { csrf = '' } = (await visitor.get(FORGOT)).hidden(FORGOT);
      const replayed = await visitor.post(RESET, { ...page.hidden(RESET), csrf, password: OWNER.password });
      expect([replayed.status, replayed.html.includes('This link has ended')]).toEqual([403, true]);
      expect((await visitor.get(link)).status).toBe(403);
      const told = async (action: string) => (await under.admin.get(`/audit?action=${action}`)).body.data;
      expect(await told('auth.password_reset.requested')).toHaveLength(1);
      expect(await told('auth.password_reset.completed')).toHaveLength(1);
    });

    it('is chosen once, however many use the link at the same moment', async () => {
      const link = await aLink();
      const answers = await Promise.all(
        [1, 2, 3, 4].map(() => aVisitor(under.server).submit(link, RESET, { password: NEW_PASSWORD })),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([303, 403, 403, 403]);
    });

    it('is not chosen by a link that is older than an hour, and the token is not in the record', async () => {
      const link = await aLink();
      expect((await aVisitor(under.server).get(link)).status).toBe(200);
      const rows = await letLinksExpire(under.profile);
      expect(JSON.stringify(rows)).not.toContain(link.split('token=')[1]);
      expect((await aVisitor(under.server).get(link)).status).toBe(403);
    });

    it('is promised to everybody alike, and mailed to nobody who has no account or has had three', async () => {
      const known = await askFor(under.server, OWNER.email.toUpperCase());
      const unknown = await askFor(under.server, 'nobody@example.org');
      const odd = await askFor(under.server, 'not an address');
      for (const answer of [unknown, odd]) expect([answer.status, answer.html]).toEqual([known.status, known.html]);
      expect(known.html).toContain('Check your mail');
      // What comes after them has been sent: so would they have been.
      expect(printedMails(under.server, OWNER.email)).toHaveLength(3);
      expect(printedMails(under.server, 'nobody@example.org')).toHaveLength(0);
    });

    it.each([`${RESET}`, `${RESET}?token=guessed`, `${RESET}?token=a&token=b`, `${RESET}?token=${'x'.repeat(9000)}`])(
      'is not chosen at %s',
      async (path) => {
        expect((await aVisitor(under.server).get(path)).status).toBe(403);
      },
    );

    it('is not chosen by a form of another site', async () => {
      const visitor = aVisitor(under.server);
      const { csrf = '' } = (await visitor.get(FORGOT)).hidden(FORGOT);
      const fields = { csrf, email: OWNER.email };
      for (const path of [FORGOT, RESET]) {
        expect((await visitor.post(path, fields, { origin: 'https://evil.example' })).status).toBe(403);
        expect((await visitor.post(path, { email: OWNER.email })).status).toBe(403);
      }
    });
  },
  BEHIND_PROXY,
);

describe.each(DIALECTS)('Mail over SMTP, on %s', (dialect) => {
  let profile: Profile;
  let server: TestServer;
  let mailServer: MailServer;
  beforeAll(async () => {
    profile = await createProfile(dialect);
    mailServer = await startMailServer();
    server = await startServer({
      ...profile.variables,
      ...BEHIND_PROXY,
      MARFA_EMAIL_BACKEND: 'smtp',
      MARFA_SMTP_URL: mailServer.url,
      MARFA_EMAIL_FROM: 'Marfa <marfa@example.org>',
      MARFA_AUTH_BASE_URL: 'http://space.example.org',
    });
    await bootstrap(server.url);
    const link = new URL(server.setupLink() ?? '');
    await aVisitor(server).submit(link.pathname + link.search, '/setup', OWNER);
  });
  afterAll(async () => {
    await server?.stop();
    await mailServer?.close();
    await profile?.dispose();
  });

  it('goes to the one address, in plain text, with a link to the configured place whatever the Host header says', async () => {
    const visitor = aVisitor(server);
    const { csrf = '' } = (await visitor.get(FORGOT)).hidden(FORGOT);
    await visitor.post(FORGOT, { csrf, email: OWNER.email }, { 'x-forwarded-host': 'evil.example' });
    const { to, raw, text } = await mailServer.wait(1);
    expect(to).toEqual([OWNER.email]);
    expect(raw).toMatch(/^From: Marfa <marfa@example\.org>\r$/m);
    expect(raw).toMatch(/^Content-Type: text\/plain/m);
    expect(text).toContain('http://space.example.org/auth/reset-password?token=');
    expect((await visitor.get(linkIn(text))).status).toBe(200);
    expect(server.output()).not.toContain('token=ey');
    expect(server.output()).not.toContain(linkIn(text));
  });

  it('that cannot be sent is told to the log and to nobody else', async () => {
    await mailServer.close();
    const answer = await askFor(server, OWNER.email);
    expect([answer.status, answer.html.includes('Check your mail')]).toEqual([200, true]);
    await waitFor(() => server.output().includes('an account mail could not be sent'));
    expect(server.output()).not.toContain(OWNER.email);
  });
});
