import type { MarfaClient } from '@withmarfa/runtime-sdk';
import type { RuntimeCredential } from '@withmarfa/runtime-sdk/host';
import { createCredentialKeeper } from '../../src/client/create-credential-keeper.ts';
import { createMarfaCaller } from '../../src/client/create-marfa-caller.ts';
import { createMarfaClient, type ItemCounts } from '../../src/client/create-marfa-client.ts';
import { createProxyCaller } from '../../src/client/create-proxy-caller.ts';
import { CONNECTION } from './builders.ts';
import { type FakeClock, fakeClock } from './fake-clock.ts';

const LIFE_MS = 900_000;

export interface TestClient {
  client: MarfaClient;
  counts: ItemCounts;
  clock: FakeClock;
  ending: AbortController;
  /** How often the host was asked for a credential. */
  refreshes: () => number;
}

/** A client over real HTTP with a fake clock; the host answers refreshes with `key-1`, `key-2` and so on. */
export function aClient(
  serverUrl: string,
  options: { random?: () => number; refresh?: (count: number) => Promise<RuntimeCredential | null> } = {},
): TestClient {
  const clock = fakeClock();
  const ending = new AbortController();
  let count = 0;
  const aCredential = (key: string) => ({ api_key: key, expires_at_ms: clock.now() + LIFE_MS });
  const first = aCredential('key-0');
  const keeper = createCredentialKeeper({
    connection_id: CONNECTION,
    clock,
    credentials: {
      current: () => first,
      async refresh() {
        count += 1;
        return options.refresh ? options.refresh(count) : aCredential(`key-${count}`);
      },
    },
  });
  const way = {
    fetch: ((input, init) => fetch(input, init)) as typeof fetch,
    serverUrl,
    keeper,
    signal: ending.signal,
    clock,
    random: options.random ?? (() => 0.5),
  };
  const call = createMarfaCaller(way);
  const proxy = createProxyCaller({ ...way, connection_id: CONNECTION });
  return { ...createMarfaClient({ connection_id: CONNECTION, call, proxy }), clock, ending, refreshes: () => count };
}
