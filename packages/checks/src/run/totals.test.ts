import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addTotals, readTotals, totalsLine } from './totals.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marfa-totals-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function totalsOf(...files: { status: string; tests: string[] }[]) {
  const reportFile = join(folder, 'report.json');
  const testResults = files.map(({ status, tests }) => ({
    status,
    assertionResults: tests.map((each) => ({ status: each })),
  }));
  await writeFile(reportFile, JSON.stringify({ testResults }));
  return readTotals(reportFile);
}

describe('the totals of a report', () => {
  it('count what passed, failed and was skipped, over all files', async () => {
    const totals = await totalsOf(
      { status: 'passed', tests: ['passed', 'passed', 'pending'] },
      { status: 'failed', tests: ['failed', 'passed', 'skipped', 'todo'] },
    );
    expect(totals).toEqual({ passed: 3, failed: 1, skipped: 3 });
  });

  it('count a file that could not be loaded as one failure', async () => {
    expect(await totalsOf({ status: 'failed', tests: [] })).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it('count a file whose set-up failed as a failure, though its tests say skipped', async () => {
    expect(await totalsOf({ status: 'failed', tests: ['skipped'] })).toEqual({ passed: 0, failed: 1, skipped: 1 });
  });

  it('are not made up when there is no report', async () => {
    await expect(readTotals(join(folder, 'missing.json'))).rejects.toThrow(/missing\.json/);
    await writeFile(join(folder, 'half.json'), '{"testResults": [');
    await expect(readTotals(join(folder, 'half.json'))).rejects.toThrow(SyntaxError);
  });
});

describe('the last line of a run', () => {
  it('gives both numbers, and the third only when something was skipped', () => {
    expect(totalsLine({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed');
    expect(totalsLine({ passed: 12, failed: 1, skipped: 2 })).toBe('12 passed, 1 failed, 2 skipped');
  });

  it('adds suites up', () => {
    expect(addTotals({ passed: 1, failed: 2, skipped: 3 }, { passed: 10, failed: 20, skipped: 30 })).toEqual({
      passed: 11,
      failed: 22,
      skipped: 33,
    });
  });
});
