import { createHmac, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import SqliteDatabase from 'better-sqlite3';

/**
 * What plain Node can do with the same durability: `node:http`, a hashed key, a prepared insert into the same table,
 * WAL with `synchronous=FULL`, one transaction per turn of the event loop. No validation, permission, audit or audit row.
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
  database.exec(`create index items_by_${column} on items (space_id, state, ${column}, id)`);
  database.exec(`create index items_by_type_${column} on items (space_id, type, state, ${column}, id)`);
}
const insert =
  database.prepare(`insert into items (id, space_id, type, properties, state, tier, version, schema_version, source, source_id, timestamp, created_at, updated_at)
  values (?, 'space', ?, ?, 'active', 'library', 1, '1.0.0', 'bench', ?, ?, ?, ?)`);

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

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (!request.url?.startsWith('/items')) {
      response.end('{}');
      return;
    }
    createHmac('sha256', 'salt')
      .update(request.headers.authorization ?? '')
      .digest('base64url');
    const { type, properties, source_id } = JSON.parse(Buffer.concat(chunks).toString()) as {
      type: string;
      properties: object;
      source_id?: string;
    };
    const at = new Date().toISOString();
    const id = randomUUID();
    const row = [id, type, JSON.stringify(properties), source_id ?? null, at, at, at];
    if (waiting.length === 0) setImmediate(flush);
    waiting.push({
      row,
      done: () =>
        response
          .writeHead(201, { 'content-type': 'application/json' })
          .end(JSON.stringify({ item: { id, type, properties, timestamp: at } })),
    });
  });
}).listen(Number(port), '127.0.0.1');
