import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runTool } from '../run-tool.ts';

const guard = fileURLToPath(new URL('./refuse-wrong-node.cjs', import.meta.url));

/** Loads the guard in a process that claims to be another version of Node. */
function on(version: string, ci: string) {
  const code = `Object.defineProperty(process.versions, 'node', { value: '${version}' }); require(${JSON.stringify(guard)}); console.log('went on');`;
  return runTool(process.execPath, ['-e', code], { cwd: process.cwd(), env: { CI: ci } });
}

describe('the guard before the checks', () => {
  it.each(['24.21.0', '24.11.0'])('goes on with Node %s everywhere', async (version) => {
    expect((await on(version, 'true')).stdout).toBe('went on\n');
    expect((await on(version, '')).stdout).toBe('went on\n');
  });

  it.each(['22.19.0', '26.0.0'])('goes on with a person’s own Node %s, and not in CI', async (version) => {
    expect((await on(version, '')).stdout).toBe('went on\n');
    expect((await on(version, 'true')).code).toBe(1);
  });

  it.each(['20.20.2', '22.18.0', '24.10.0', '25.1.0'])('refuses Node %s and says what to do', async (version) => {
    const { code, stdout, stderr } = await on(version, '');
    expect(code).toBe(1);
    expect(stdout).toBe('0 passed, 1 failed\n');
    expect(stderr).toContain(`this is Node ${version}`);
    expect(stderr).toContain('npx -y pnpm@12.21.0 install --frozen-lockfile');
  });
});
