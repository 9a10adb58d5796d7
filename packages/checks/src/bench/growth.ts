import { type Measured, measureLoad } from './measure-load.ts';
import { NOTE } from './note.ts';
import { type BenchServer, startBenchServer } from './server-process.ts';

const SIZES = [1000, 100_000, 1_000_000];
const PER_CALL = 5000;
const SECONDS = 5;
const CONNECTIONS = 16;

type Row = Record<'create' | 'read' | 'list' | 'deep page' | 'list of one type', Measured>;

/** How the cost of one request grows with the items of a space: the same requests at each size, on one server. */
export async function benchGrowth(): Promise<string[]> {
  const server = await startBenchServer({ RATE_LIMIT_ENABLED: 'false' });
  try {
    const rows: { size: number; row: Row }[] = [];
    let filled = 0;
    // What runs for the first time is compiled in it; that is no cost of size.
    await fill(server, 0, PER_CALL / 10);
    filled = PER_CALL / 10;
    await measure(server);
    for (const size of SIZES) {
      await fill(server, filled, size);
      filled = size;
      rows.push({ size, row: await measure(server) });
    }
    return table(rows);
  } finally {
    await server.stop();
  }
}

async function fill(server: BenchServer, from: number, to: number): Promise<void> {
  for (let start = from; start < to; start += PER_CALL) {
    const items = Array.from({ length: Math.min(PER_CALL, to - start) }, (_, index) => {
      const number = start + index;
      const type = number % 10 === 0 ? 'core.task' : 'core.note';
      return { type, properties: { title: `Item ${number}`, body: `Written as number ${number} of many.` } };
    });
    await server.call('POST', '/items/bulk', { mode: 'create_only', items });
  }
}

async function measure(server: BenchServer): Promise<Row> {
  const page = await server.call<{ data: { id: string }[] }>('GET', '/items?limit=200&direction=asc');
  const id = page.data[100]?.id ?? '';
  const headers = { authorization: `Bearer ${server.key}` };
  const common = { headers, connections: CONNECTIONS, seconds: SECONDS };
  const get = (path: string) => measureLoad(server.process, { ...common, url: `${server.url}${path}` });
  return {
    read: await get(`/items/${id}`),
    list: await get('/items'),
    'deep page': await get(`/items?limit=50&cursor=${await cursorInTheMiddle(server)}`),
    'list of one type': await get('/items?type=core.task'),
    create: await measureLoad(server.process, {
      ...common,
      url: `${server.url}/items`,
      method: 'POST',
      body: NOTE,
      headers: { ...headers, 'content-type': 'application/json' },
    }),
  };
}

/** A cursor in the middle of what was filled in, without walking there: by a time that lies there. */
async function cursorInTheMiddle(server: BenchServer): Promise<string> {
  const ends = await Promise.all(
    ['asc', 'desc'].map((direction) =>
      server.call<{ data: { created_at: string }[] }>('GET', `/items?limit=1&direction=${direction}`),
    ),
  );
  const [first = 0, last = 0] = ends.map(({ data }) => Date.parse(data[0]?.created_at ?? ''));
  const until = new Date((first + last) / 2).toISOString();
  const { cursor } = await server.call<{ cursor: string }>('GET', `/items?limit=50&until=${until}`);
  return `${cursor}&until=${until}`;
}

function table(rows: readonly { size: number; row: Row }[]): string[] {
  const [first] = rows;
  if (!first) return [];
  const paths = Object.keys(first.row) as (keyof Row)[];
  const lines = [
    `| items | ${paths.join(' | ')} | p99 / p50 of create |`,
    `| --- | ${paths.map(() => '---').join(' | ')} | --- |`,
  ];
  for (const { size, row } of rows) {
    const cells = paths.map((path) => {
      const cost = 1e6 / row[path].perCpuSecond;
      const growth = first.row[path].perCpuSecond / row[path].perCpuSecond;
      return `${cost.toFixed(0)} µs (×${growth.toFixed(2)})`;
    });
    const spread = (row.create.p99Ms / Math.max(row.create.p50Ms, 1)).toFixed(1);
    lines.push(`| ${size.toLocaleString('en')} | ${cells.join(' | ')} | ${spread} |`);
  }
  return lines;
}
