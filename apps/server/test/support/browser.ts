import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

const CANDIDATES = [
  process.env.MARFA_TEST_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const QUIET_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The Chromium to drive; null on a machine without one, where browser suites are skipped. CI has one or fails. */
export const CHROMIUM: string | null = CANDIDATES.find((path) => path !== undefined && existsSync(path)) ?? null;
if (CHROMIUM === null) {
  if (process.env.CI) throw new Error('no Chromium: install the chromium package, or set MARFA_TEST_CHROMIUM');
  process.stderr.write('There is no Chromium: the browser suite is skipped.\n');
}

export interface Browser {
  page: Page;
  context: BrowserContext;
  close(): Promise<void>;
}

/** A fresh browser with a profile of its own. @param options.script whether pages may run script; ours need none. */
export async function openBrowser(options: { script?: boolean; width?: number } = {}): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'marfa-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM ?? '',
    headless: true,
    args: QUIET_FLAGS,
    javaScriptEnabled: options.script ?? false,
    viewport: { width: options.width ?? 1100, height: 900 },
  });
  const page = context.pages()[0] ?? (await context.newPage());
  return {
    page,
    context,
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
