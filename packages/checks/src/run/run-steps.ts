import { rm } from 'node:fs/promises';
import { runVisibly } from './run-visibly.ts';
import type { Step } from './steps.ts';
import { addTotals, readTotals, type Totals } from './totals.ts';

export interface StepsResult {
  totals: Totals;
  /** Names of the steps that failed or could not run. */
  failedSteps: string[];
}

/**
 * Runs the steps in order and goes on after a failure, so that one run tells everything. A step that stands on a
 * failed one is not run. A step that failed without a failing test in its report counts as one failure.
 */
export async function runSteps(steps: readonly Step[], env: NodeJS.ProcessEnv): Promise<StepsResult> {
  let totals: Totals = { passed: 0, failed: 0, skipped: 0 };
  const failedSteps: string[] = [];
  for (const [index, step] of steps.entries()) {
    const head = `[${index + 1}/${steps.length}] ${step.name}`;
    const missing = step.needs?.filter((name) => failedSteps.includes(name)) ?? [];
    if (missing.length > 0) {
      console.log(`\n${head}: not run, because ${missing.join(' and ')} failed`);
      failedSteps.push(step.name);
      totals = addTotals(totals, { passed: 0, failed: 1, skipped: 0 });
      continue;
    }
    console.log(`\n${head} …`);
    const startedAt = performance.now();
    const outcome = await runStep(step, env);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(`${head}: ${outcome.isOk ? 'ok' : 'FAILED'} (${seconds} s)`);
    totals = addTotals(totals, outcome.totals);
    if (!outcome.isOk) failedSteps.push(step.name);
  }
  return { totals, failedSteps };
}

async function runStep(step: Step, env: NodeJS.ProcessEnv): Promise<{ isOk: boolean; totals: Totals }> {
  if (step.reportFile !== undefined) await rm(step.reportFile, { force: true });
  let isOk = true;
  for (const [command, ...args] of step.commands)
    isOk = (await runVisibly(command, args, { ...env, ...step.variables })) && isOk;
  const totals = await reportedTotals(step);
  if (totals.failed > 0) return { isOk: false, totals };
  return { isOk, totals: isOk ? totals : { ...totals, failed: 1 } };
}

async function reportedTotals(step: Step): Promise<Totals> {
  if (step.reportFile === undefined) return { passed: 0, failed: 0, skipped: 0 };
  try {
    return await readTotals(step.reportFile);
  } catch (error) {
    console.error(`${step.name} left no report that can be read: ${error instanceof Error ? error.message : error}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
