import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { median } from './median.ts';
import { startBenchServer } from './server-process.ts';

const CONNECTIONS = 1000;
const SDK = fileURLToPath(new URL('../../../runtime-sdk', import.meta.url));

interface ConnectionItem {
  id: string;
  properties: { next_run_at: string };
}
interface Run {
  trigger: string;
  started_at: string | null;
  finished_at: string | null;
}

/** A thousand Connections whose cron fires in the same minute: how they spread, how late they start, what it costs. */
export async function benchDueConnections(): Promise<string[]> {
  const cron = minuteFromNow(2);
  const folder = await writeConnector(cron);
  const server = await startBenchServer({ MARFA_CONNECTORS: folder });
  try {
    const { data } = await server.call<{ data: { id: string }[] }>('GET', '/integrations?manifest_name=bench.daily');
    for (let made = 0; made < CONNECTIONS; made += 20) {
      await Promise.all(
        Array.from({ length: 20 }, () => server.call('POST', '/connections/install', { integration_id: data[0]?.id })),
      );
    }
    const before = await server.memoryMb();
    const due = new Map(
      (await listConnections(server)).map((item) => [item.id, Date.parse(item.properties.next_run_at)]),
    );
    const times = [...due.values()].sort((a, b) => a - b);
    const lastDue = times.at(-1) ?? 0;
    let peak = before;
    while (Date.now() < lastDue + 15_000) {
      await wait(500);
      const current = server.memoryMb();
      if (current.server + current.connectors > peak.server + peak.connectors) peak = current;
    }
    const lags: number[] = [];
    let missing = 0;
    for (const [id, dueMs] of due) {
      const { data: runs } = await server.call<{ data: Run[] }>('GET', `/connections/${id}/runs?limit=5`);
      const first = runs.at(-1);
      if (first?.started_at && first.finished_at) lags.push(Date.parse(first.started_at) - dueMs);
      else missing += 1;
    }
    lags.sort((a, b) => a - b);
    const at = (share: number) => lags[Math.min(lags.length - 1, Math.floor(lags.length * share))] ?? 0;
    return [
      `${CONNECTIONS} Connections due in one minute: spread over ${((lastDue - (times[0] ?? 0)) / 1000).toFixed(1)} s, ${missing} not run 15 s after the last was due`,
      `  lag from due to started: median ${Math.round(median(lags))} ms, p99 ${at(0.99)} ms, most ${at(1)} ms`,
      `  memory: server ${before.server} MB before, ${peak.server} MB at the peak; ${peak.processes} connector processes, ${peak.connectors} MB together`,
    ];
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns a daily cron for a minute soon to come, far enough off for all Connections to be installed before it. */
function minuteFromNow(minutes: number): string {
  const at = new Date(Date.now() + minutes * 60_000);
  return `${at.getUTCMinutes()} ${at.getUTCHours()} * * *`;
}

async function listConnections(server: {
  call<Body>(method: string, path: string): Promise<Body>;
}): Promise<ConnectionItem[]> {
  const all: ConnectionItem[] = [];
  let cursor: string | null = null;
  do {
    const page: { data: ConnectionItem[]; cursor: string | null } = await server.call(
      'GET',
      `/items?type=system.connection&limit=200${cursor ? `&cursor=${cursor}` : ''}`,
    );
    all.push(...page.data);
    cursor = page.cursor;
  } while (cursor);
  return all;
}

async function writeConnector(cron: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'marfa-bench-connector-'));
  await mkdir(join(folder, 'node_modules/@withmarfa'), { recursive: true });
  await symlink(SDK, join(folder, 'node_modules/@withmarfa/runtime-sdk'));
  const files = {
    'package.json': JSON.stringify({
      name: 'bench-daily',
      version: '1.0.0',
      type: 'module',
      exports: { '.': './index.js', './local': './local.js' },
    }),
    'index.js': `import { defineConnector } from '@withmarfa/runtime-sdk';
export const connector = defineConnector({
  manifest: { name: 'bench.daily', version: '1.0.0', publisher: 'Bench', description: 'Writes one note a day.', direction: 'read',
    target_types: ['core.note'], triggers: [{ type: 'schedule', config: { cron: '${cron}' } }] },
  async schedule(ctx, message) {
    await ctx.marfa.createItem({ type: 'core.note', source_id: String(message.scheduled_for_ms), properties: { title: 'Tick' } });
    await ctx.cursor.write('main', message.scheduled_for_ms);
    return { ok: true };
  },
});
export const manifest = connector.manifest;
`,
    'local.js': `import { runLocal } from '@withmarfa/runtime-sdk/local';
import { connector } from './index.js';
runLocal(connector);
`,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}
