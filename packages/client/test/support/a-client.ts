import type { ClientOptions, ClientPlatform } from '../../src/client-options.ts';
import type { MarfaClient } from '../../src/client-types.ts';
import { createClientOn } from '../../src/create-client.ts';

/** A client whose waits take no time and are written down; `fire` ends every time limit that runs. */
export function aClient(options: Partial<ClientOptions> & { baseUrl: string }): {
  client: MarfaClient;
  waits: number[];
  limits: number[];
  fire: () => void;
} {
  const waits: number[] = [];
  const limits: number[] = [];
  const running = new Set<() => void>();
  let keys = 0;
  const platform: ClientPlatform = {
    now: () => Date.UTC(2026, 2, 1),
    random: () => 0.5,
    newKey: () => `key-${++keys}`,
    async wait(ms, signal) {
      signal?.throwIfAborted();
      waits.push(ms);
    },
    after(ms, callback) {
      limits.push(ms);
      running.add(callback);
      return () => void running.delete(callback);
    },
  };
  return {
    client: createClientOn({ token: 'marfa_k1_test', ...options }, platform),
    waits,
    limits,
    fire: () => {
      for (const callback of [...running]) callback();
    },
  };
}
