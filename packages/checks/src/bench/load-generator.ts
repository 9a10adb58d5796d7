import { randomUUID } from 'node:crypto';
import autocannon from 'autocannon';
import type { Load } from './measure-load.ts';
import { runRefreshChains } from './refresh-chains.ts';

/** Run as: node load-generator.ts <Load as JSON>. Prints what it measured as JSON. */
const load = JSON.parse(process.argv[2] ?? '') as Load;
const { refreshTokens } = load;
process.stdout.write(
  JSON.stringify(await (refreshTokens ? runRefreshChains({ ...load, refreshTokens }) : repeat(load))),
);

async function repeat({ url, method = 'GET', headers, body, freshHeader, connections, seconds }: Load) {
  // Told apart from those of another generator of the same run.
  const prefix = randomUUID();
  let count = 0;
  const result = await autocannon({
    url,
    method,
    headers,
    connections,
    duration: seconds,
    ...(body === undefined ? {} : { body }),
    ...(freshHeader === undefined
      ? {}
      : {
          requests: [
            {
              setupRequest(request) {
                count += 1;
                return { ...request, headers: { ...headers, [freshHeader]: `${prefix}-${count}` } };
              },
            },
          ],
        }),
  });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} refused, ${result.errors} failed`);
  const { latency, requests } = result;
  return { total: requests.total, average: requests.average, p50: latency.p50, p99: latency.p99 };
}
