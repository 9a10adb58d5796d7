import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import SqliteDatabase from 'better-sqlite3';

/**
 * What plain Node can do with the same durability: `node:http`, a hashed key, prepared statements on the same table, WAL
 * with `synchronous=FULL`, one transaction per turn of the event loop. No validation, permission, event or audit row.
 * `POST /items`, `GET /items/<id>`, `GET /items` (50 rows), `GET /key` (hash, prepared select, resolve).
 * Run as: node floor-server.ts <database file> <port>
 */
const [file = '', port = '0'] = process.argv.slice(2);
const database = new SqliteDatabase(file);
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.exec(`create table items (
  id text primary key, space_id text not null, type text not null, properties text not null, state text not null, tier text,
  version integer not null, schema_version text not null, source text not null, source_id text, device text,
  capture_latitude double precision, capture_longitude double precision, timestamp text not null, created_at text not null,
  updated_at text not null)`);
database.exec(
  `create unique index items_natural_key on items (space_id, source, source_id) where source_id is not null and state in ('active', 'archived')`,
);
for (const column of ['created_at', 'updated_at', 'timestamp']) {
  database.exec(`create index items_by_${column} on items (space_id, state, ${column}, id, type)
    where type not like 'system.%'`);
  database.exec(`create index items_by_type_${column} on items (space_id, type, state, ${column}, id)`);
}
database.exec('create table keys (hash text primary key, space_id text not null, maps text not null)');
const hashOf = (token: string) => createHmac('sha256', 'salt').update(token).digest('base64url');
database
  .prepare('insert into keys (hash, space_id, maps) values (?, ?, ?)')
  .run(hashOf('Bearer floor'), 'space', JSON.stringify({ role: 'admin', type_permissions: { '*': 'write' } }));
const selectKey = database.prepare<[string], { space_id: string; maps: string }>(
  'select space_id, maps from keys where hash = ?',
);
const selectItem = database.prepare<[string, string], Row>('select * from items where space_id = ? and id = ?');
const selectPage = database.prepare<[string], Row>(
  "select * from items where space_id = ? and state = 'active' and type not like 'system.%' order by created_at desc, id desc limit 51",
);
const insert =
  database.prepare(`insert into items (id, space_id, type, properties, state, tier, version, schema_version, source, source_id, timestamp, created_at, updated_at)
  values (?, 'space', ?, ?, 'active', 'library', 1, '1.0.0', 'bench', ?, ?, ?, ?)`);

interface Row {
  id: string;
  type: string;
  properties: string;
  state: string;
  version: number;
  source: string;
  timestamp: string;
  created_at: string;
  updated_at: string;
}
interface Waiting {
  row: unknown[];
  done: () => void;
}
let waiting: Waiting[] = [];
const commit = database.transaction((group: Waiting[]) => {
  for (const { row } of group) insert.run(...row);
});

function flush(): void {
  const group = waiting;
  waiting = [];
  commit(group);
  for (const { done } of group) done();
}

const keys = new Map<string, { space_id: string; role: string }>();

/** The floor of the other paths keeps its key; `/key` looks it up each time. */
function resolveKey(request: IncomingMessage, fresh: boolean): { space_id: string } {
  const hash = hashOf(request.headers.authorization ?? '');
  const known = fresh ? undefined : keys.get(hash);
  if (known) return known;
  const row = selectKey.get(hash);
  const { role } = JSON.parse(row?.maps ?? '{}') as { role: string };
  const key = { space_id: row?.space_id ?? '', role };
  keys.set(hash, key);
  return key;
}

/** Stored JSON is spliced, not parsed. */
const toText = (row: Row) =>
  `{"id":"${row.id}","type":"${row.type}","properties":${row.properties},"state":"${row.state}","version":${row.version},"source":"${row.source}","timestamp":"${row.timestamp}","created_at":"${row.created_at}","updated_at":"${row.updated_at}"}`;

function send(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text);
}

function create(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    resolveKey(request, false);
    const { type, properties, source_id } = JSON.parse(Buffer.concat(chunks).toString()) as {
      type: string;
      properties: object;
      source_id?: string;
    };
    const at = new Date().toISOString();
    const id = randomUUID();
    if (waiting.length === 0) setImmediate(flush);
    waiting.push({
      row: [id, type, JSON.stringify(properties), source_id ?? null, at, at, at],
      done: () => send(response, 201, JSON.stringify({ item: { id, type, properties, timestamp: at } })),
    });
  });
}

createServer((request, response) => {
  const url = request.url ?? '/';
  if (request.method === 'POST') {
    create(request, response);
    return;
  }
  const { space_id } = resolveKey(request, url === '/key');
  if (url.startsWith('/items/')) {
    const row = selectItem.get(space_id, url.slice('/items/'.length));
    send(response, row ? 200 : 404, row ? `{"item":${toText(row)}}` : '{}');
  } else if (url === '/items') {
    const rows = selectPage.all(space_id);
    send(response, 200, `{"data":[${rows.slice(0, 50).map(toText).join(',')}],"has_more":${rows.length > 50}}`);
  } else send(response, 200, '{"ok":true}');
}).listen(Number(port), '127.0.0.1');
