import { generateKeyPairSync } from 'node:crypto';
import SqliteDatabase from 'better-sqlite3';
import { type Adapter, type AdapterPayload, Provider } from 'oidc-provider';

/**
 * panva's oidc-provider with the same endpoints, kept in SQLite with the same durability; each write is a commit of its
 * own, as its adapters are called one by one. Run as: node oauth-peer.ts <database file> <port> <refresh tokens>
 */
const [file = '', port = '0', count = '0'] = process.argv.slice(2);
const database = new SqliteDatabase(file);
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.exec('create table models (id text primary key, payload text not null, grant_id text, consumed integer)');
database.exec('create index models_grant on models (grant_id)');
const upsert = database.prepare('insert or replace into models (id, payload, grant_id) values (?, ?, ?)');
const select = database.prepare<[string], { payload: string; consumed: number | null }>(
  'select * from models where id = ?',
);
const consume = database.prepare('update models set consumed = ? where id = ?');
const remove = database.prepare('delete from models where id = ?');
const removeGrant = database.prepare('delete from models where grant_id = ?');

function adapterFor(model: string): Adapter {
  const key = (id: string) => `${model}:${id}`;
  return {
    async upsert(id: string, payload: AdapterPayload) {
      upsert.run(key(id), JSON.stringify(payload), payload.grantId ?? null);
    },
    async find(id: string) {
      const row = select.get(key(id));
      if (!row) return undefined;
      return { ...(JSON.parse(row.payload) as AdapterPayload), ...(row.consumed ? { consumed: row.consumed } : {}) };
    },
    async findByUid() {
      return undefined;
    },
    async findByUserCode() {
      return undefined;
    },
    async consume(id: string) {
      consume.run(Math.floor(Date.now() / 1000), key(id));
    },
    async destroy(id: string) {
      remove.run(key(id));
    },
    async revokeByGrantId(grantId: string) {
      removeGrant.run(grantId);
    },
  };
}

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const provider = new Provider(`http://127.0.0.1:${port}`, {
  adapter: adapterFor,
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig' } as never] },
  clients: [
    {
      client_id: 'bench',
      client_secret: 'secret',
      grant_types: ['client_credentials', 'refresh_token', 'authorization_code'],
      redirect_uris: ['http://127.0.0.1/callback'],
      token_endpoint_auth_method: 'client_secret_post',
      introspection_endpoint_auth_method: 'client_secret_post' as never,
      scope: 'openid offline_access read',
    },
  ],
  scopes: ['openid', 'offline_access', 'read'],
  features: {
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    devInteractions: { enabled: false },
  },
  routes: { token: '/token', introspection: '/introspect' },
  rotateRefreshToken: true,
  // Said, so that it prints no advice among the tokens.
  ttl: { AccessToken: 3600, ClientCredentials: 3600, RefreshToken: 86_400, Grant: 86_400 },
  findAccount: async (_context, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
});

provider.listen(Number(port), '127.0.0.1', () => void printTokens());

async function printTokens(): Promise<void> {
  const client = await provider.Client.find('bench');
  const tokens: string[] = [];
  while (client && tokens.length < Number(count)) {
    const grant = new provider.Grant({ clientId: 'bench', accountId: 'person' });
    grant.addOIDCScope('offline_access read');
    const token = new provider.RefreshToken({
      accountId: 'person',
      client,
      grantId: await grant.save(),
      gty: 'authorization_code',
      scope: 'offline_access read',
    } as never);
    tokens.push(await token.save());
  }
  process.stdout.write(JSON.stringify(tokens));
}
