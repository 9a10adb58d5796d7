import { readFile } from 'node:fs/promises';

/** How many tests ended how. */
export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

interface TestReport {
  testResults: { status: string; assertionResults: { status: string }[] }[];
}

/**
 * Counts the tests in a report that vitest wrote with its JSON reporter. A file that could not even be loaded counts
 * as one failure: it holds no test that could have failed.
 * @throws when the file is missing or is no such report.
 */
export async function readTotals(reportFile: string): Promise<Totals> {
  const report = JSON.parse(await readFile(reportFile, 'utf8')) as TestReport;
  const totals: Totals = { passed: 0, failed: 0, skipped: 0 };
  for (const file of report.testResults) {
    let failedHere = 0;
    for (const { status } of file.assertionResults) {
      if (status === 'passed') totals.passed += 1;
      else if (status === 'failed') failedHere += 1;
      else totals.skipped += 1;
    }
    if (file.status === 'failed' && failedHere === 0) failedHere = 1;
    totals.failed += failedHere;
  }
  return totals;
}

export function addTotals(left: Totals, right: Totals): Totals {
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
  };
}

/** @returns the one line a run ends with: `N passed, N failed`, and what was skipped if anything was. */
export function totalsLine({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
