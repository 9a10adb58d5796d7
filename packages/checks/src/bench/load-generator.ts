import autocannon from 'autocannon';
import type { Load } from './measure-load.ts';

/** Run as: node load-generator.ts <Load as JSON>. Prints what it measured as JSON. */
const { url, method = 'GET', headers, body, connections, seconds } = JSON.parse(process.argv[2] ?? '') as Load;
const result = await autocannon({
  url,
  method,
  headers,
  connections,
  duration: seconds,
  ...(body === undefined ? {} : { body }),
});
if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} refused, ${result.errors} failed`);
const { latency, requests } = result;
process.stdout.write(
  JSON.stringify({ total: requests.total, average: requests.average, p50: latency.p50, p99: latency.p99 }),
);
