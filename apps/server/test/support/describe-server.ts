import { afterAll, beforeAll, describe } from 'vitest';
import { type Api, bootstrap } from './api.ts';
import { createProfile, DIALECTS, type Dialect, type Profile } from './profiles.ts';
import { startServer, type TestServer } from './start-server.ts';

/** What the sentences of one suite speak about; there from the first test on. */
export interface ServerUnderTest {
  readonly dialect: Dialect;
  readonly profile: Profile;
  readonly server: TestServer;
  /** The first key: an admin without a space. */
  readonly admin: Api;
}

/** Runs a suite once on each database, each time against a fresh server of its own. */
export function describeServer(
  name: string,
  sentences: (under: ServerUnderTest) => void,
  variables: Record<string, string> = {},
): void {
  describe.each(DIALECTS)(`${name} on %s`, (dialect) => {
    const started: { profile?: Profile; server?: TestServer; admin?: Api } = {};
    beforeAll(async () => {
      started.profile = await createProfile(dialect);
      started.server = await startServer({ ...started.profile.variables, ...variables });
      started.admin = await bootstrap(started.server.url);
    });
    afterAll(async () => {
      await started.server?.stop();
      await started.profile?.dispose();
    });
    sentences({
      dialect,
      get profile() {
        return present(started.profile);
      },
      get server() {
        return present(started.server);
      },
      get admin() {
        return present(started.admin);
      },
    });
  });
}

function present<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('it is there in tests and hooks alone');
  return value;
}
