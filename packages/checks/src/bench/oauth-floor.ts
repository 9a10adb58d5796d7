import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import SqliteDatabase from 'better-sqlite3';

/**
 * What plain Node can do with the same durability: `node:http`, a parsed form, hashed secrets and tokens, prepared
 * statements, WAL with `synchronous=FULL`, one transaction per turn of the event loop.
 * `POST /introspect`: the client and one row. `POST /token`: the client and one durable row, for a refresh two.
 * Run as: node oauth-floor.ts <database file> <port> <refresh tokens>
 */
const [file = '', port = '0', count = '0'] = process.argv.slice(2);
const database = new SqliteDatabase(file);
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.exec('create table clients (id text primary key, hash text not null)');
database.exec(
  'create table tokens (hash text primary key, kind text not null, client text not null, scope text not null, spent integer not null, expires integer not null)',
);
const hashOf = (text: string) => createHmac('sha256', 'salt').update(text).digest('base64url');
database.prepare('insert into clients values (?, ?)').run('bench', hashOf('secret'));
const selectClient = database.prepare<[string], { hash: string }>('select hash from clients where id = ?');
const selectToken = database.prepare<[string], { kind: string; scope: string; spent: number; expires: number }>(
  'select * from tokens where hash = ?',
);
const insertToken = database.prepare("insert into tokens values (?, ?, 'bench', 'core.note:read', 0, ?)");
const spendToken = database.prepare('update tokens set spent = 1 where hash = ? and spent = 0');

const mint = (prefix: string) => `${prefix}_${randomBytes(32).toString('base64url')}`;
const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;

let waiting: { work: () => object; done: (answer: object) => void }[] = [];
const commit = database.transaction((group: typeof waiting) => group.map(({ work }) => work()));
function durable(work: () => object, done: (answer: object) => void): void {
  if (waiting.length === 0) {
    setImmediate(() => {
      const group = waiting;
      waiting = [];
      const answers = commit(group);
      group.forEach((each, index) => {
        each.done(answers[index] ?? {});
      });
    });
  }
  waiting.push({ work, done });
}

function send(response: ServerResponse, body: object): void {
  const text = JSON.stringify(body);
  response
    .writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      'cache-control': 'no-store',
    })
    .end(text);
}

function issue(refresh: string | null): object {
  const access = mint('at');
  if (refresh === null) {
    insertToken.run(hashOf(access), 'access', inAnHour());
    return { access_token: access, token_type: 'Bearer', expires_in: 3600 };
  }
  const next = mint('rt');
  if (spendToken.run(hashOf(refresh)).changes === 0) return { error: 'invalid_grant' };
  insertToken.run(hashOf(access), 'access', inAnHour());
  insertToken.run(hashOf(next), 'refresh', inAnHour());
  return { access_token: access, refresh_token: next, token_type: 'Bearer', expires_in: 3600 };
}

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (request.method === 'GET') return send(response, {});
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    const isKnown = selectClient.get(form.get('client_id') ?? '')?.hash === hashOf(form.get('client_secret') ?? '');
    if (!isKnown) return send(response, { error: 'invalid_client' });
    if (request.url === '/token') {
      durable(
        () => issue(form.get('refresh_token')),
        (answer) => send(response, answer),
      );
      return undefined;
    }
    const row = selectToken.get(hashOf(form.get('token') ?? ''));
    const isLive = row !== undefined && row.spent === 0 && row.expires * 1000 > Date.now();
    return send(
      response,
      isLive ? { active: true, scope: row.scope, client_id: 'bench', exp: row.expires } : { active: false },
    );
  });
}).listen(Number(port), '127.0.0.1', () => {
  const tokens = Array.from({ length: Number(count) }, () => mint('rt'));
  for (const token of tokens) insertToken.run(hashOf(token), 'refresh', inAnHour());
  process.stdout.write(JSON.stringify(tokens));
});
