import { Agent, request } from 'node:http';
import type { Load } from './measure-load.ts';

/** Spends refresh tokens side by side, each time the one that came back last; every answer has to bring another. */
export async function runRefreshChains(load: Load & { refreshTokens: string[] }): Promise<{
  total: number;
  average: number;
  p50: number;
  p99: number;
}> {
  const agent = new Agent({ keepAlive: true, maxSockets: load.connections });
  const endsAt = performance.now() + load.seconds * 1000;
  const times: number[] = [];
  await Promise.all(
    load.refreshTokens.slice(0, load.connections).map(async (first) => {
      let token = first;
      while (performance.now() < endsAt) {
        const startedAt = performance.now();
        token = await refresh(load, agent, token);
        times.push(performance.now() - startedAt);
      }
    }),
  );
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0;
  return { total: times.length, average: times.length / load.seconds, p50: at(0.5), p99: at(0.99) };
}

function refresh({ url, headers, body = '' }: Load, agent: Agent, token: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const form = `${body}&refresh_token=${encodeURIComponent(token)}`;
    const call = request(url, {
      method: 'POST',
      agent,
      headers: { ...headers, 'content-length': Buffer.byteLength(form) },
    });
    call.on('error', reject);
    call.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        const next = (JSON.parse(text) as { refresh_token?: string }).refresh_token;
        if (next) resolve(next);
        else reject(new Error(`no token came back: ${response.statusCode} ${text}`));
      });
    });
    call.end(form);
  });
}
