import { existsSync } from 'node:fs';
import { findOnPath, isExecutable } from './find-on-path.ts';
import { runVisibly } from './run-visibly.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * Finds a Chromium for the browser suite: what MARFA_TEST_CHROMIUM names, else one on PATH. On a CI machine that is
 * Debian and lacks one, installs it.
 * @returns the browser's file, or null with a sentence that says what to do.
 */
export async function provideChromium(
  env: NodeJS.ProcessEnv,
): Promise<{ file: string } | { file: null; reason: string }> {
  const named = env.MARFA_TEST_CHROMIUM;
  if (named !== undefined && named !== '') {
    if (isExecutable(named)) return { file: named };
    return { file: null, reason: `MARFA_TEST_CHROMIUM names ${named}, which is not there or cannot be run.` };
  }
  const present = findChromium(env.PATH);
  if (present !== null) return { file: present };
  if (env.CI === 'true' && process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    console.log('No Chromium on this machine: installing it with apt-get.');
    const apt = { ...env, DEBIAN_FRONTEND: 'noninteractive' };
    const hasLists = await runVisibly('apt-get', ['update'], apt);
    if (hasLists) await runVisibly('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], apt);
    const installed = findChromium(env.PATH);
    if (installed !== null) return { file: installed };
  }
  return { file: null, reason: 'No Chromium found: install one, or name it in MARFA_TEST_CHROMIUM.' };
}

function findChromium(path: string | undefined): string | null {
  return isExecutable('/usr/bin/chromium') ? '/usr/bin/chromium' : findOnPath(NAMES, { path });
}
