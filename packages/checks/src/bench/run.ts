import { cpus } from 'node:os';
import { benchDataApi } from './data-api.ts';
import { benchDueConnections } from './due-connections.ts';
import { benchFeedPoll } from './feed-poll.ts';
import { benchGrowth } from './growth.ts';
import { benchOAuth } from './oauth.ts';
import { benchProxy } from './proxy.ts';
import { benchWebhookReceipt } from './webhook-receipt.ts';
import { benchWebhookVerify } from './webhook-verify.ts';

const BENCHES = {
  'data-api': benchDataApi,
  oauth: benchOAuth,
  proxy: benchProxy,
  'webhook-receipt': benchWebhookReceipt,
  growth: benchGrowth,
  'feed-poll': benchFeedPoll,
  'due-connections': benchDueConnections,
  'webhook-verify': benchWebhookVerify,
};

/** Runs the benchmarks named on the command line, or all. Figures are for comparing within one run, on one machine. */
const wanted = process.argv.slice(2);
console.log(
  `Node ${process.version}, ${cpus().length} cores. Compare ratios; bare times belong to this machine and this minute.`,
);
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const line of await bench()) console.log(line);
}
