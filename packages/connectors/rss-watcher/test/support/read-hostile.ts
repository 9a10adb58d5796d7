import { parseFeed } from '../../src/document/parse-feed.ts';
import { openCursor } from '../../src/state/feed-cursor.ts';
import { planWrites } from '../../src/state/plan-writes.ts';
import { HOSTILE_CASES } from './hostile-cases.ts';

/** Reads every hostile document up to the plan of what to write, and prints a line of JSON for each. */
const url = 'https://site.example/feed';
for (const [name, { document }] of Object.entries(HOSTILE_CASES)) {
  const text = document();
  const started = process.cpuUsage();
  const outcome = parseFeed(text, { url, maxEntries: 5000 });
  const plan = outcome.ok
    ? planWrites(outcome.feed, openCursor(null, url), { head: outcome.feed, documentUrl: url, feedUrl: url })
    : null;
  const polluted = 'polluted' in {};
  const { user, system } = process.cpuUsage(started);
  const cpuMs = Math.round((user + system) / 1000);
  const heapMebibytes = Math.round(process.memoryUsage().heapUsed / 1024 / 1024);
  const outcomeText = outcome.ok ? (plan?.seen.length ?? 0) : outcome.reason;
  process.stdout.write(`${JSON.stringify({ name, outcome: outcomeText, polluted, cpuMs, heapMebibytes })}\n`);
}
