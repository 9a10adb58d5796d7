import { beforeAll, describe, expect, it } from 'vitest';
import type { Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { printedMail, printedMails } from './support/printed-mail.ts';
import { letLinksExpire, makeItTheirs } from './support/records.ts';
import { refusal } from './support/refusal.ts';
import { aKey, aName, anItem, aSpace } from './support/spaces.ts';
import { anOwner, aVisitor, BEHIND_PROXY, isSignedIn, OWNER, signIn, type Visitor } from './support/visitor.ts';

const PASSWORD = 'a password of some length';
/** Somebody who has not signed up yet. */
const aStranger = () => {
  const handle = aName('ada');
  return { name: 'Ada', handle, email: `${handle}@example.org`, password: PASSWORD };
};
const signUp = (visitor: Visitor, person: ReturnType<typeof aStranger>, returnTo = '/') =>
  visitor.submit(`/auth/sign-up?return_to=${encodeURIComponent(returnTo)}`, '/auth/sign-up', person);
const confirm = (visitor: Visitor, link: string) => visitor.submit(link, '/auth/verify-email');
/** What a page shows, without what differs from one request to the next. */
const shown = (html: string, email: string) =>
  html.replaceAll(/name="csrf" value="[^"]*"/g, '').replaceAll(email, 'ADDRESS');

/** Makes a key in the person's browser. */
async function apiOf(visitor: Visitor, admin: Api): Promise<Api> {
  const source = aName('script');
  const { html } = await visitor.submit('/account/keys', '/account/keys', { label: 'A script', source });
  return admin.as(/<code class="secret">([^<]*)</.exec(html)?.[1] ?? '');
}

describeServer(
  'Signing up, where addresses are confirmed,',
  (under) => {
    beforeAll(() => anOwner(under.server));

    it('makes a space of one’s own once the mailed link has been confirmed by its button', async () => {
      const [visitor, ada] = [aVisitor(under.server), aStranger()];
      expect((await signUp(visitor, ada)).html).toContain('Check your mail');
      expect(await isSignedIn(visitor)).toBe(false);
      const { link, text } = await printedMail(under.server, ada.email);
      expect(text).toContain(`http://localhost:${under.server.port}${link}`);
      expect((await visitor.get(link)).status).toBe(200);
      expect(await isSignedIn(visitor)).toBe(false);
      expect((await confirm(visitor, link)).location).toBe('/');
      const api = await apiOf(visitor, under.admin);
      const { space, items } = { space: (await api.get('/auth/me')).body, items: await api.get('/items') };
      expect(space.tenant.name).toBe('Ada');
      expect(items.body.data).toEqual([]);
    });

    it('belongs to nobody as far as a plain key can tell', async () => {
      const plain = await aKey((await aSpace(under.admin)).api);
      const { user, tenant } = (await plain.api.get('/auth/me')).body;
      expect(user).toBeNull();
      expect(tenant.id).toBeTypeOf('string');
      expect((await under.admin.get('/auth/me')).body).toEqual({ user: null, tenant: null });
      expect(refusal(await under.admin.as(null).get('/auth/me'))).toEqual({ status: 401, code: 'unauthorized' });
    });

    it('is known by the credential that the person acts with', async () => {
      const [visitor, ada] = [aVisitor(under.server), aStranger()];
      await signUp(visitor, ada);
      await confirm(visitor, (await printedMail(under.server, ada.email)).link);
      const api = await apiOf(visitor, under.admin);
      // The secret of that key is never shown, so that it is another one's here.
      await makeItTheirs(under.profile, api);
      const { user, tenant } = (await api.get('/auth/me')).body;
      expect(user).toMatchObject({ name: 'Ada', email: ada.email, email_verified: true, handle: ada.handle });
      expect(tenant.name).toBe('Ada');
    });

    it('keeps people out of one another’s spaces', async () => {
      const [one, other] = await Promise.all(
        [aStranger(), aStranger()].map(async (person) => {
          const visitor = aVisitor(under.server);
          await signUp(visitor, person);
          await confirm(visitor, (await printedMail(under.server, person.email)).link);
          return apiOf(visitor, under.admin);
        }),
      );
      if (!one || !other) throw new Error('two people were asked for');
      const item = await anItem(one);
      expect(refusal(await other.get(`/items/${item.id}`)).status).toBe(404);
      expect(refusal(await other.get('/tenants')).status).toBe(403);
    });

    it('answers the same for an address that has an account, and tells its reader alone', async () => {
      const ada = aStranger();
      const first = await signUp(aVisitor(under.server), ada);
      const again = await signUp(aVisitor(under.server), { ...aStranger(), email: OWNER.email });
      expect(again.status).toBe(first.status);
      expect(shown(again.html, OWNER.email)).toBe(shown(first.html, ada.email));
      const mail = await printedMail(under.server, OWNER.email);
      expect(mail.subject).toBe('You have an account already');
      expect(mail.link).toBe('');
    });

    it('takes no handle before the address is confirmed, so that a taken one betrays no address', async () => {
      const [ada, bob] = [aStranger(), aStranger()];
      await signUp(aVisitor(under.server), ada);
      const same = await signUp(aVisitor(under.server), { ...bob, handle: ada.handle });
      expect(same.html).toContain('Check your mail');
      for (const person of [ada, bob])
        await confirm(aVisitor(under.server), (await printedMail(under.server, person.email)).link);
      const taken = await signUp(aVisitor(under.server), { ...aStranger(), handle: ada.handle });
      expect(taken.status).toBe(400);
      expect(taken.html).toContain('This handle is taken');
    });

    it('does not let whoever signed up first with an address keep the password', async () => {
      const victim = aStranger();
      const thief = { ...victim, handle: aName('thief'), password: 'the password of a thief' };
      await signUp(aVisitor(under.server), thief);
      await printedMail(under.server, victim.email);
      await signUp(aVisitor(under.server), victim);
      const { link } = await printedMail(under.server, victim.email, 2);
      const [early] = printedMails(under.server, victim.email);
      await confirm(aVisitor(under.server), link);
      expect((await signIn(aVisitor(under.server), thief)).status).toBe(401);
      expect((await signIn(aVisitor(under.server), victim)).status).toBe(303);
      expect((await aVisitor(under.server).post('/auth/verify-email', {})).status).toBe(403);
      const late = aVisitor(under.server);
      expect((await confirm(late, early?.link ?? '')).status).toBe(403);
      expect(await isSignedIn(late)).toBe(false);
    });

    it('tells of a missing confirmation only after the right password, and sends the link again', async () => {
      const [visitor, ada] = [aVisitor(under.server), aStranger()];
      await signUp(visitor, ada);
      await printedMail(under.server, ada.email);
      expect((await signIn(visitor, { ...ada, password: 'not the password' })).status).toBe(401);
      const told = await signIn(visitor, ada);
      expect(told.status).toBe(403);
      expect(told.html).toContain('Confirm your address first');
      await visitor.post('/auth/verify-email/resend', told.hidden('/auth/verify-email/resend'));
      const { link } = await printedMail(under.server, ada.email, 2);
      await confirm(visitor, link);
      expect(await isSignedIn(visitor)).toBe(true);
    });

    it('confirms an address once, and not with a link older than an hour', async () => {
      const [visitor, ada, bob] = [aVisitor(under.server), aStranger(), aStranger()];
      await signUp(visitor, ada);
      const { link } = await printedMail(under.server, ada.email);
      const form = (await visitor.get(link)).hidden('/auth/verify-email');
      expect((await visitor.post('/auth/verify-email', form)).status).toBe(303);
      const replayed = await aVisitor(under.server).get(link);
      expect([replayed.status, replayed.html.includes('This link has ended')]).toEqual([403, true]);
      await signUp(aVisitor(under.server), bob);
      const late = await printedMail(under.server, bob.email);
      await letLinksExpire(under.profile);
      expect((await aVisitor(under.server).get(late.link)).status).toBe(403);
    });

    it('keeps tokens out of referrers and out of the record', async () => {
      const ada = aStranger();
      await signUp(aVisitor(under.server), ada);
      const { link } = await printedMail(under.server, ada.email);
      const page = await aVisitor(under.server).get(link);
      expect(page.headers.get('referrer-policy')).toBe('strict-origin');
      const rows = await letLinksExpire(under.profile);
      expect(JSON.stringify(rows)).not.toContain(link.split('token=')[1]);
    });

    it('sends three mails an hour to one address, and answers as if it sent them all', async () => {
      const ada = aStranger();
      await signUp(aVisitor(under.server), ada);
      for (let count = 0; count < 4; count += 1) {
        const visitor = aVisitor(under.server);
        const { csrf = '' } = (await visitor.get('/auth/sign-up')).hidden('/auth/sign-up');
        const answer = await visitor.post('/auth/verify-email/resend', { csrf, email: ada.email });
        expect([answer.status, answer.html.includes('Check your mail')]).toEqual([200, true]);
      }
      const other = aStranger();
      await signUp(aVisitor(under.server), other);
      await printedMail(under.server, other.email);
      expect(printedMails(under.server, ada.email)).toHaveLength(3);
    });

    it('goes back to where it began, and nowhere else', async () => {
      for (const [given, kept] of [
        ['/catalogue', '/catalogue'],
        ['//evil.example/', '/'],
        ['https://evil.example/', '/'],
      ] as const) {
        const [visitor, ada] = [aVisitor(under.server), aStranger()];
        await signUp(visitor, ada, given);
        const { link } = await printedMail(under.server, ada.email);
        expect((await confirm(visitor, link)).location).toBe(kept);
      }
    });

    describe('refuses', () => {
      it.each([
        ['a reserved handle', { handle: 'marfa' }, 'reserved'],
        ['a reserved handle in capitals', { handle: 'ADMIN' }, 'reserved'],
        ['a short handle', { handle: 'ab' }, 'At least 3'],
        ['two hyphens', { handle: 'a--b' }, 'single hyphens'],
        ['a long handle', { handle: 'x'.repeat(33) }, 'At most 32'],
        ['no address', { email: 'ada' }, 'full e-mail address'],
        ['two addresses', { email: 'ada@example.org,eve@example.org' }, 'full e-mail address'],
        ['a header in the address', { email: 'ada@example.org\r\nBcc: eve@example.org' }, 'full e-mail address'],
        ['a short password', { password: 'short' }, 'at least 10'],
        ['an over-long password', { password: 'x'.repeat(129) }, 'At most 128'],
        ['no name', { name: ' ' }, 'what to call you'],
      ])('%s', async (_what, odd, told) => {
        const answer = await signUp(aVisitor(under.server), { ...aStranger(), ...odd });
        expect(answer.status).toBe(400);
        expect(answer.html).toContain(told);
        expect(answer.html).toContain('aria-invalid="true"');
        expect(answer.html).not.toContain(PASSWORD);
      });

      it('text that no page can use', async () => {
        const visitor = aVisitor(under.server);
        const { csrf = '' } = (await visitor.get('/auth/sign-up')).hidden('/auth/sign-up');
        const answer = await visitor.post('/auth/sign-up', { ...aStranger(), csrf, name: 'A\0da' });
        expect([answer.status, answer.headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8']);
      });

      it('a form of another site, and one without its token', async () => {
        const visitor = aVisitor(under.server);
        const { csrf = '' } = (await visitor.get('/auth/sign-up')).hidden('/auth/sign-up');
        const fields = { ...aStranger(), csrf };
        expect((await visitor.post('/auth/sign-up', fields, { origin: 'https://evil.example' })).status).toBe(403);
        expect((await visitor.post('/auth/sign-up', aStranger())).status).toBe(403);
        const hidden = { origin: 'null', 'sec-fetch-site': 'cross-site' };
        expect((await visitor.post('/auth/sign-up', fields, hidden)).status).toBe(403);
      });
    });

    it('takes the first of a field that comes twice, and nothing from fields it did not ask for', async () => {
      const [visitor, ada] = [aVisitor(under.server), aStranger()];
      const { csrf = '' } = (await visitor.get('/auth/sign-up')).hidden('/auth/sign-up');
      const fields = new URLSearchParams({ ...ada, csrf, __proto__x: '1', emailVerified: 'true', role: 'admin' });
      fields.append('email', 'eve@example.org');
      fields.append('__proto__', 'admin');
      expect((await visitor.post('/auth/sign-up', fields)).html).toContain(ada.email);
      expect((await signIn(visitor, ada)).status).toBe(403);
    });

    it('makes one account of two forms that are sent at the same moment', async () => {
      const ada = aStranger();
      const answers = await Promise.all([1, 2, 3].map(() => signUp(aVisitor(under.server), ada)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      await confirm(aVisitor(under.server), (await printedMail(under.server, ada.email)).link);
      const { data } = (await under.admin.get('/audit?action=auth.sign_up')).body;
      const { data: confirmed } = (await under.admin.get('/audit?action=auth.email.verified')).body;
      const resourceOf = (row: { resource_id: string }) => row.resource_id;
      expect(data.map(resourceOf).filter((id: string) => id === confirmed[0].resource_id)).toHaveLength(1);
    });
  },
  { ...BEHIND_PROXY, MARFA_SIGNUP_ENABLED: 'true' },
);

describeServer(
  'Signing up, where addresses are taken as they are,',
  (under) => {
    beforeAll(() => anOwner(under.server));

    it('signs in at once and leads back', async () => {
      const visitor = aVisitor(under.server);
      const answer = await signUp(visitor, aStranger(), '/catalogue');
      expect([answer.status, answer.location]).toEqual([303, '/catalogue']);
      expect(await isSignedIn(visitor)).toBe(true);
    });

    it('leads nowhere else, whatever the form says', async () => {
      for (const target of ['//evil.example/', 'https://evil.example/', '/\\evil.example/']) {
        const fields = { ...aStranger(), return_to: target };
        const answer = await aVisitor(under.server).submit('/auth/sign-up', '/auth/sign-up', fields);
        expect([answer.status, answer.location]).toEqual([303, '/']);
      }
    });

    it('says that an address has an account', async () => {
      const answer = await signUp(aVisitor(under.server), { ...aStranger(), email: OWNER.email });
      expect(answer.status).toBe(400);
      expect(answer.html).toContain('There is an account with this address already');
    });

    it('has no page for new passwords without a way to send mail, and says so', async () => {
      const answer = await aVisitor(under.server).get('/auth/forgot-password');
      expect([answer.status, answer.headers.get('x-error-code')]).toEqual([503, 'email_transport_not_configured']);
      expect(answer.html).toContain('This server sends no mail');
    });
  },
  { ...BEHIND_PROXY, AUTH_MODE: 'hosted', MARFA_EMAIL_BACKEND: 'none' },
);

describeServer('Signing up, where nobody may,', (under) => {
  it('has no page', async () => {
    await anOwner(under.server);
    expect((await aVisitor(under.server).get('/auth/sign-up')).status).toBe(404);
    expect((await aVisitor(under.server).get('/auth/sign-in')).html).not.toContain('/auth/sign-up');
    const visitor = aVisitor(under.server);
    const { csrf = '' } = (await visitor.get('/auth/sign-in')).hidden('/auth/sign-in');
    expect((await visitor.post('/auth/sign-up', { ...aStranger(), csrf })).status).toBe(404);
  });
});
