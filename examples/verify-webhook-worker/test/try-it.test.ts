import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('runs in workerd, takes genuine deliveries and no forged ones', async () => {
  const program = fileURLToPath(new URL('../src/try-it.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program]);
  expect(stdout).toMatch(/It works\.\n$/);
});
