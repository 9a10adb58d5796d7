import type { Clock } from '../clock/clock.ts';
import { ConnectionGoneError } from '../errors/connection-gone-error.ts';
import type { CredentialProvider } from './credential-provider.ts';

// A credential is replaced when this part of its life is over, so that no call carries one that ends under way.
const FRESH_PART = 0.8;

export interface CredentialKeeper {
  /** @returns a bearer that is good for now. @throws ConnectionGoneError. */
  bearer(): Promise<string>;
  /**
   * @param refused the bearer that the server answered 401 to.
   * @returns another one: the one that another call has fetched meanwhile, or a fresh one.
   * @throws ConnectionGoneError.
   */
  bearerAfterRefusal(refused: string): Promise<string>;
}

/** Keeps one run's credential fresh: any number of callers make one refresh. */
export function createCredentialKeeper(options: {
  connection_id: string;
  credentials: CredentialProvider;
  clock: Clock;
}): CredentialKeeper {
  const { credentials, clock } = options;
  let credential = credentials.current();
  let refreshAt = moment(FRESH_PART);
  let underway: Promise<void> | undefined;
  let gone = false;

  function moment(part: number): number {
    const now = clock.now();
    return now + part * (credential.expires_at_ms - now);
  }

  function refresh(): Promise<void> {
    underway ??= credentials
      .refresh()
      .then((fresh) => {
        if (fresh === null) {
          gone = true;
          return;
        }
        credential = fresh;
        refreshAt = moment(FRESH_PART);
      })
      .finally(() => {
        underway = undefined;
      });
    return underway;
  }

  function assertHere(): void {
    if (gone) throw new ConnectionGoneError(options.connection_id);
  }

  return {
    async bearer() {
      assertHere();
      if (clock.now() >= refreshAt) {
        try {
          await refresh();
        } catch (error) {
          if (clock.now() >= credential.expires_at_ms) throw error;
          refreshAt = moment(0.5);
        }
        assertHere();
      }
      return credential.api_key;
    },
    async bearerAfterRefusal(refused) {
      assertHere();
      if (credential.api_key === refused) await refresh();
      assertHere();
      return credential.api_key;
    },
  };
}
