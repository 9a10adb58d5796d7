import { prepareEnvironment } from './run/prepare-environment.ts';
import { runSteps } from './run/run-steps.ts';
import { STEPS } from './run/steps.ts';
import { totalsLine } from './run/totals.ts';

// What `npm test` runs, on plain Node and before anything is built: Node's own modules only.
console.log(`The checks of Marfa, on Node ${process.versions.node}.`);
const { env, refusals, notes } = await prepareEnvironment(process.env);
for (const note of notes) console.log(note);
if (refusals.length > 0) {
  for (const refusal of refusals) console.error(refusal);
  console.log(totalsLine({ passed: 0, failed: refusals.length, skipped: 0 }));
  process.exit(1);
}
const { totals, failedSteps } = await runSteps(STEPS, env);
console.log('');
if (failedSteps.length > 0) console.log(`Failed: ${failedSteps.join(', ')}.`);
console.log(totalsLine(totals));
process.exitCode = failedSteps.length > 0 ? 1 : 0;
