import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runTool } from '../run-tool.ts';

// The steps run in a process of their own, because what they print is part of what they promise.
const script = (steps: unknown) => `
  import { runSteps } from ${JSON.stringify(new URL('./run-steps.ts', import.meta.url).href)};
  const result = await runSteps(${JSON.stringify(steps)}, process.env);
  console.log(JSON.stringify(result));
`;

const node = (code: string) => [process.execPath, '-e', code];

async function run(steps: unknown[]) {
  const { stdout } = await runTool(process.execPath, ['--input-type=module-typescript', '-e', script(steps)], {
    cwd: folder,
  });
  const lines = stdout.trim().split('\n');
  return { result: JSON.parse(lines.at(-1) ?? ''), lines };
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marfa-steps-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('a run of steps', () => {
  it('numbers the steps, says how long each took, and passes when all pass', async () => {
    const { result, lines } = await run([
      { name: 'one', commands: [node('')] },
      { name: 'two', commands: [node('')] },
    ]);
    expect(result).toEqual({ totals: { passed: 0, failed: 0, skipped: 0 }, failedSteps: [] });
    expect(lines).toContain('[1/2] one …');
    expect(lines.some((line) => /^\[2\/2\] two: ok \(\d+\.\d s\)$/.test(line))).toBe(true);
  });

  it('goes on after a failure, and counts a failed step that has no tests as one', async () => {
    const { result, lines } = await run([
      { name: 'bad', commands: [node('process.exit(3)'), node("console.log('still run')")] },
      { name: 'good', commands: [node('')] },
    ]);
    expect(result).toEqual({ totals: { passed: 0, failed: 1, skipped: 0 }, failedSteps: ['bad'] });
    expect(lines).toContain('still run');
    expect(lines.some((line) => line.startsWith('[2/2] good: ok'))).toBe(true);
  });

  it('leaves out what stands on a failed step, and says so', async () => {
    const { result, lines } = await run([
      { name: 'build', commands: [node('process.exit(1)')] },
      { name: 'packaging', needs: ['build'], commands: [node("console.log('reached')")] },
    ]);
    expect(result.failedSteps).toEqual(['build', 'packaging']);
    expect(lines).toContain('[2/2] packaging: not run, because build failed');
    expect(lines).not.toContain('reached');
  });

  it('takes the numbers of a suite from its report', async () => {
    const reportFile = join(folder, 'suite.json');
    const report = {
      testResults: [{ status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'failed' }] }],
    };
    const write = `require('node:fs').writeFileSync(${JSON.stringify(reportFile)}, ${JSON.stringify(JSON.stringify(report))})`;
    const { result } = await run([{ name: 'suite', reportFile, commands: [node(`${write}; process.exit(1)`)] }]);
    expect(result).toEqual({ totals: { passed: 1, failed: 1, skipped: 0 }, failedSteps: ['suite'] });
  });

  it('does not take the report of an earlier run for its own', async () => {
    const reportFile = join(folder, 'suite.json');
    const report = JSON.stringify({ testResults: [{ status: 'passed', assertionResults: [{ status: 'passed' }] }] });
    const write = `require('node:fs').writeFileSync(${JSON.stringify(reportFile)}, ${JSON.stringify(report)})`;
    const { result } = await run([
      { name: 'first', reportFile, commands: [node(write)] },
      { name: 'again', reportFile, commands: [node('')] },
    ]);
    expect(result).toEqual({ totals: { passed: 1, failed: 1, skipped: 0 }, failedSteps: ['again'] });
  });

  it('fails a step whose command is not there', async () => {
    const { result } = await run([{ name: 'lost', commands: [['no-such-command-of-marfa']] }]);
    expect(result.failedSteps).toEqual(['lost']);
  });
});
