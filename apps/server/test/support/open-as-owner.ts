import { type Browser, openBrowser } from './browser.ts';
import { OWNER } from './person.ts';
import type { TestServer } from './start-server.ts';

/** Opens a browser without script in which the owner has signed in. */
export async function openAsOwner({ url }: Pick<TestServer, 'url'>): Promise<Browser> {
  const browser = await openBrowser({ script: false });
  const { page } = browser;
  await page.goto(`${url}/auth/sign-in`);
  await page.fill('[name=email]', OWNER.email);
  await page.fill('[name=password]', OWNER.password);
  await page.click('main button[type=submit]');
  return browser;
}
