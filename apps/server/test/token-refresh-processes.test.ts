import { describe, expect, it } from 'vitest';
import { bootstrap, createApi } from './support/api.ts';
import { createProfile, DIALECTS } from './support/profiles.ts';
import { startServer } from './support/start-server.ts';
import { connectAccount, installOAuth } from './support/upstream.ts';
import { startUpstreamAccount } from './support/upstream-account.ts';

const CALLS = 1000;
const PATIENCE_MS = 240_000;

describe.skipIf(!DIALECTS.includes('postgres'))('Two servers on one Postgres', () => {
  it(
    `make one refresh for ${CALLS} calls at the same moment on a token that has ended, and all calls go through`,
    async () => {
      const upstream = await startUpstreamAccount();
      const profile = await createProfile('postgres');
      // What the two share is given to both, as an operator would.
      const shared = { ...profile.variables, API_KEY_SALT: 's'.repeat(32), MARFA_AUTH_SECRET: 'a'.repeat(48) };
      const one = await startServer(shared);
      const other = await startServer(shared);
      const admin = await bootstrap(one.url);
      const { connection_id } = await installOAuth({ admin, api: admin }, upstream.authorization, {
        provider: { upstream_base_url: upstream.apiUrl },
      });
      await connectAccount(admin, connection_id);
      const path = `/connections/${connection_id}/proxy/things`;
      const apis = [one, other].map(({ url }) => createApi(url, admin.key));
      for (const api of apis) expect((await api.get(path)).status).toBe(200);

      upstream.authorization.expireAccessTokens();
      const answers = await Promise.all(
        Array.from({ length: CALLS }, (_, index) => apis[index % 2]?.get(path).then(({ status }) => status)),
      );
      expect(answers.filter((status) => status === 200)).toHaveLength(CALLS);
      expect(upstream.authorization.counts.refreshes).toBe(1);

      await one.stop();
      await other.stop();
      await upstream.close();
      await profile.dispose();
    },
    PATIENCE_MS,
  );
});
