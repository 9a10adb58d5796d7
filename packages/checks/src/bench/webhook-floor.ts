import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import SqliteDatabase from 'better-sqlite3';

/**
 * What plain Node can do with the same durability: `node:http`, a GitHub signature checked with a kept secret, one insert
 * under a unique index, one transaction per turn of the event loop. No look for the Connection, no headers kept, no
 * message, no run. Run as: node webhook-floor.ts <database file> <port> <secret> <FULL or NORMAL>
 */
const [file = '', port = '0', secret = '', synchronous = 'FULL'] = process.argv.slice(2);
const database = new SqliteDatabase(file);
database.pragma('journal_mode = WAL');
database.pragma(`synchronous = ${synchronous}`);
database.exec(
  'create table deliveries (id text primary key, delivery_id text not null, body blob not null, at integer)',
);
database.exec('create unique index deliveries_once on deliveries (delivery_id)');
const insert = database.prepare('insert into deliveries values (?, ?, ?, ?) on conflict do nothing');

interface Waiting {
  row: [id: string, deliveryId: string, body: Buffer, at: number];
  done: (isNew: boolean) => void;
}
let waiting: Waiting[] = [];
const commit = database.transaction((group: Waiting[]) => group.map(({ row }) => insert.run(...row).changes === 1));

function flush(): void {
  const group = waiting;
  waiting = [];
  const isNew = commit(group);
  for (const [index, { done }] of group.entries()) done(isNew[index] ?? false);
}

function isGenuine(request: IncomingMessage, body: Buffer): boolean {
  const given = Buffer.from(String(request.headers['x-hub-signature-256']).slice('sha256='.length), 'hex');
  const expected = createHmac('sha256', secret).update(body).digest();
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function send(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text);
}

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    if (request.method !== 'POST') return send(response, 200, '{}');
    if (!isGenuine(request, body)) return send(response, 401, '{}');
    const deliveryId = String(request.headers['x-github-delivery']);
    if (waiting.length === 0) setImmediate(flush);
    waiting.push({
      row: [randomUUID(), deliveryId, body, Date.now()],
      done: (isNew) =>
        isNew
          ? send(response, 202, JSON.stringify({ ok: true, delivery_id: deliveryId }))
          : send(response, 200, '{"ok":true,"duplicate":true}'),
    });
  });
}).listen(Number(port), '127.0.0.1');
