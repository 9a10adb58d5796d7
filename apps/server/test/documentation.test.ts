import type { OpenApiDocument } from '@withmarfa/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, createApi } from './support/api.ts';
import { type Browser, CHROMIUM, openBrowser } from './support/browser.ts';
import { assertFitsDocument, operationFor } from './support/fits-document.ts';
import { createProfile, type Profile } from './support/profiles.ts';
import { startServer, type TestServer } from './support/start-server.ts';

const ID = '01980e6c-7d6a-7c3e-9f5b-2b7f3b0a9c11';
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

let profile: Profile;
let server: TestServer;
let document: OpenApiDocument;
beforeAll(async () => {
  profile = await createProfile('sqlite');
  server = await startServer(profile.variables);
  document = (await createApi(server.url).get('/openapi.json')).body;
});
afterAll(async () => {
  await server?.stop();
  await profile?.dispose();
});

const pathOf = (template: string) => template.replaceAll(/\{\w+\}/g, ID);
/** What the server answers to an address that nothing serves. */
const servesNothing = ({ status, body }: { status: number; body: { error?: { message?: string } } }) =>
  status === 404 && /^There is nothing at/.test(body.error?.message ?? '');
const isPage = ({ status, headers }: Answer) =>
  status === 303 || (headers.get('content-type') ?? '').startsWith('text/html');

describe('The document of the running server', () => {
  it('is served to anyone, also across origins, and may be kept for a while', async () => {
    const { status, headers } = await createApi(server.url).get('/openapi.json');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(headers.get('cache-control')).toContain('public');
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(document.openapi).toMatch(/^3\.1\./);
  });

  it('has no operation that the server does not mount', async () => {
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ path, method: method.toUpperCase() })),
    );
    expect(operations.length).toBeGreaterThan(40);
    for (const { path, method } of operations) {
      const answer = await createApi(server.url).call(method, pathOf(path));
      expect(servesNothing(answer), `${method} ${path}: ${answer.status}`).toBe(false);
    }
  });

  it('has every method that the server mounts at its paths', async () => {
    for (const path of Object.keys(document.paths)) {
      for (const method of METHODS.filter((each) => operationFor(each, pathOf(path)) === null)) {
        const answer = await createApi(server.url).call(method, pathOf(path));
        expect(servesNothing(answer) || isPage(answer), `${method} ${path}: ${answer.status}`).toBe(true);
      }
    }
  });
});

describe('An answer that the document does not allow', () => {
  const answer = (status: number, body: unknown) => ({ status, body, contentType: 'application/json' });

  it('fails the test that got it: a status, a code, a field', () => {
    const health = { method: 'GET', path: '/health' };
    expect(() => assertFitsDocument(health, answer(200, { status: 'ok' }))).not.toThrow();
    expect(() => assertFitsDocument(health, answer(418, {}))).toThrow('does not declare');
    expect(() => assertFitsDocument(health, answer(200, { status: 'ok', extra: 1 }))).toThrow('another shape');
    const refusal = (code: string) => ({ error: { code, message: 'No.' } });
    const item = { method: 'GET', path: `/items/${ID}` };
    expect(() => assertFitsDocument(item, answer(404, refusal('item_not_found')))).not.toThrow();
    expect(() => assertFitsDocument(item, answer(404, refusal('edge_not_found')))).toThrow('another shape');
  });
});

describe.skipIf(CHROMIUM === null)('The reference in a browser without script', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser({ width: 390 });
  });
  afterAll(async () => {
    await browser?.close();
  });

  it('leads from the first page to every endpoint, with its parameters, answers, codes and a command', async () => {
    const { page } = browser;
    const policies = await page.goto(`${server.url}/docs`);
    expect(policies?.headers()['content-security-policy']).toContain("default-src 'none'");
    const listed = await page.locator('.endpoint-list li').count();
    expect(listed).toBe(Object.values(document.paths).flatMap((methods) => Object.keys(methods)).length);
    await page.click('.side a:has-text("Items")');
    const create = page.locator('#createItem');
    expect(await create.locator('h2').innerText()).toContain('/items');
    expect(await create.innerText()).toMatch(/Idempotency-Key[\s\S]*source_id[\s\S]*403 type_not_permitted/);
    expect(await create.locator('pre').innerText()).toContain('curl -X POST "$MARFA/items"');
    await page.click('#getItem a[href="/docs/schemas#Item"] >> nth=0');
    expect(await page.locator('#Item').innerText()).toContain('schema_version');
  });

  it('fits a phone, and has no dead link', async () => {
    const { page } = browser;
    const pending = ['/docs'];
    const seen = new Set<string>();
    for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
      if (seen.has(path)) continue;
      seen.add(path);
      const response = await page.goto(server.url + path);
      expect(response?.status(), path).toBe(200);
      // Without script the page cannot measure itself; its boxes can be measured from outside.
      const widths = await page
        .locator('main section, main table, main pre, .side')
        .evaluateAll((boxes) => boxes.map((box) => box.getBoundingClientRect().right));
      expect(Math.max(...widths), path).toBeLessThanOrEqual(390);
      const links = await page
        .locator('a[href^="/docs"]')
        .evaluateAll((all) => all.map((a) => a.getAttribute('href') ?? ''));
      const anchors = await page.locator('[id]').evaluateAll((all) => all.map((each) => each.id));
      for (const link of links) {
        const [target = '', anchor] = link.split('#');
        if (target === path && anchor) expect(anchors, `${path}#${anchor}`).toContain(anchor);
        pending.push(target);
      }
    }
    expect(seen.size).toBeGreaterThan(8);
  });
});
