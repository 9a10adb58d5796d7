import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, CHROMIUM, openBrowser } from './support/browser.ts';
import { printedMail } from './support/printed-mail.ts';
import { createProfile, type Profile } from './support/profiles.ts';
import { startServer, type TestServer } from './support/start-server.ts';
import { anOwner, BEHIND_PROXY } from './support/visitor.ts';

const ADA = { name: 'Ada', handle: 'ada-l', email: 'ada@example.org', password: 'four unrelated words' };

/** What differs between databases is told by the other suites; this one is about what a browser makes of the pages. */
describe.skipIf(CHROMIUM === null)('A person in a browser without script', () => {
  let profile: Profile;
  let server: TestServer;
  let browser: Browser;
  beforeAll(async () => {
    profile = await createProfile('sqlite');
    server = await startServer({ ...profile.variables, ...BEHIND_PROXY, MARFA_SIGNUP_ENABLED: 'true' });
    await anOwner(server);
    browser = await openBrowser({ width: 360 });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await profile?.dispose();
  });

  const open = (path: string) => browser.page.goto(`http://localhost:${server.port}${path}`);
  const heading = () => browser.page.locator('h1').innerText();
  const press = (label: string) => browser.page.click(`button:has-text("${label}")`);

  it('signs up, is told what is wrong beside the field, and confirms the address by the mailed link', async () => {
    await open('/auth/sign-in');
    await browser.page.click('a:has-text("Sign up")');
    for (const [name, value] of Object.entries({ ...ADA, handle: 'marfa' })) await browser.page.fill(`#${name}`, value);
    await press('Sign up');
    const describedBy = await browser.page.locator('#handle').getAttribute('aria-describedby');
    expect(describedBy?.split(' ')).toContain('handle-fault');
    await browser.page.fill('#handle', ADA.handle);
    await browser.page.fill('#password', ADA.password);
    await press('Sign up');
    expect(await heading()).toBe('Check your mail');
    await open((await printedMail(server, ADA.email)).link);
    // The page keeps its address from everybody, so that the browser does not say where this form comes from.
    await press('Confirm and sign in');
    expect(await heading()).toBe('Your space');
  });

  it('chooses a new password by the mailed link', async () => {
    await open('/auth/forgot-password');
    await browser.page.fill('#email', ADA.email);
    await press('Send the link');
    await open((await printedMail(server, ADA.email, 2)).link);
    await browser.page.fill('#password', 'another password');
    await press('Set the password');
    expect(await browser.page.locator('[role=status]').innerText()).toContain('Your password is set');
    await browser.page.fill('#email', ADA.email);
    await browser.page.fill('#password', 'another password');
    await press('Sign in');
    expect(await heading()).toBe('Your space');
  });

  it('sees where they are signed in and signs out everywhere, on a phone without scrolling sideways', async () => {
    await browser.page.click('a:has-text("Security")');
    expect(await browser.page.locator('main').innerText()).toMatch(/Chrom(e|ium) on Linux/);
    const overflow = await browser.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
    await press('Sign out everywhere');
    expect(await heading()).toBe('Sign in');
  });
});
