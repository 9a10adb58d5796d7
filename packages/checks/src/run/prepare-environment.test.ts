import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../repository.ts';
import { findOnPath } from './find-on-path.ts';
import { prepareEnvironment } from './prepare-environment.ts';

let folder: string;
let browser: string;
let closedPort: number;

async function anExecutable(path: string): Promise<string> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, '#!/bin/sh\n');
  await chmod(path, 0o755);
  return path;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marfa-prepare-'));
  browser = await anExecutable(join(folder, 'bin/my-browser'));
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  closedPort = (server.address() as AddressInfo).port;
  server.close();
  await once(server, 'close');
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

const prepare = (env: NodeJS.ProcessEnv) =>
  prepareEnvironment(
    { PATH: join(folder, 'bin'), MARFA_TEST_CHROMIUM: browser, ...env },
    { host: '127.0.0.1', port: closedPort, user: 'postgres' },
  );

describe('what the suites stand on', () => {
  it('is taken from the caller where the caller names it', async () => {
    const { env, refusals, notes } = await prepare({ MARFA_TEST_POSTGRES_URL: 'postgres://me@db/test', CI: 'true' });
    expect(env).toMatchObject({ MARFA_TEST_POSTGRES_URL: 'postgres://me@db/test', MARFA_TEST_CHROMIUM: browser });
    expect({ refusals, notes }).toEqual({ refusals: [], notes: [] });
  });

  it('stops a CI run with one line when Postgres is missing', async () => {
    const { refusals, notes } = await prepare({ CI: 'true' });
    expect(refusals).toEqual([expect.stringMatching(/^No Postgres on 127\.0\.0\.1:\d+ .*MARFA_TEST_POSTGRES_URL\.$/)]);
    expect(notes).toEqual([]);
  });

  it('skips the suites of Postgres with one line on a newcomer’s machine', async () => {
    const { env, refusals, notes } = await prepare({});
    expect(refusals).toEqual([]);
    expect(notes).toEqual([expect.stringMatching(/^No Postgres .* Its suites are skipped\.$/)]);
    expect(env.MARFA_TEST_POSTGRES_URL).toBeUndefined();
  });

  it('stops a CI run when the browser that is named is not there', async () => {
    const lost = join(folder, 'lost');
    const { refusals } = await prepare({ CI: 'true', MARFA_TEST_POSTGRES_URL: 'x', MARFA_TEST_CHROMIUM: lost });
    expect(refusals).toEqual([`MARFA_TEST_CHROMIUM names ${lost}, which is not there or cannot be run.`]);
  });

  it('puts the workspace’s own tools before those of the calling shell', async () => {
    const { env } = await prepare({});
    expect(env.PATH?.split(delimiter)).toEqual([join(repositoryRoot, 'node_modules/.bin'), join(folder, 'bin')]);
  });

  it('tells the packaging suite which Node the calling shell has', async () => {
    expect((await prepare({})).env.MARFA_TEST_OUTER_NODE).toBeUndefined();
    const outer = await anExecutable(join(folder, 'outer/node'));
    const path = [join(repositoryRoot, 'node_modules/.bin'), join(folder, 'outer')].join(delimiter);
    expect((await prepare({ PATH: path })).env.MARFA_TEST_OUTER_NODE).toBe(outer);
  });
});

describe('looking for a command', () => {
  it('prefers the earlier name to the earlier folder, and needs it to be executable', async () => {
    const second = await anExecutable(join(folder, 'two/chromium'));
    await anExecutable(join(folder, 'one/chrome'));
    await writeFile(join(folder, 'one/chromium'), 'not a program');
    const path = [join(folder, 'one'), '', join(folder, 'missing'), join(folder, 'two')].join(delimiter);
    expect(findOnPath(['chromium', 'chrome'], { path })).toBe(second);
    expect(findOnPath(['firefox'], { path })).toBeNull();
    expect(findOnPath(['chromium'], { path: undefined })).toBeNull();
  });
});
