import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import type { EgressPolicy } from '../egress/egress-policy.ts';

/** @returns every address of a host, in the order to try them. @throws when it has none. */
export type Resolve = (host: string) => Promise<{ address: string; family: number }[]>;

const CONNECT_TIMEOUT_MS = 10_000;

export const systemResolve: Resolve = (host) => lookup(host, { all: true });

/**
 * Makes a connector that dials only addresses the policy lets through. The check sits inside the look-up that the
 * socket itself makes, so the address that was checked is the address that is dialled; an answer that can change
 * between a check and a connection (DNS rebinding) gains nothing. One forbidden address among the answers refuses the
 * host: honest public hosts have none.
 */
export function createGuardedConnector(policy: EgressPolicy, resolve: Resolve): buildConnector.connector {
  return (options, callback) => {
    const port = Number(options.port) || (options.protocol === 'https:' ? 443 : 80);
    const target = { host: options.hostname, port };
    const address = options.hostname.replace(/^\[|\]$/g, '');
    // A socket looks no literal up, so those are judged here.
    if (isIP(address) !== 0) {
      try {
        policy.assertAddress(address, target);
      } catch (error) {
        return callback(error as Error, null);
      }
    }
    const connect = buildConnector({
      allowH2: false,
      timeout: CONNECT_TIMEOUT_MS,
      lookup: guardedLookup(policy, resolve, target),
    });
    return connect(options, callback);
  };
}

function guardedLookup(policy: EgressPolicy, resolve: Resolve, target: { host: string; port: number }): LookupFunction {
  return (host, options, callback) => {
    void resolve(host)
      .then((answers) => {
        for (const { address } of answers) policy.assertAddress(address, target);
        const family = options.family === 4 || options.family === 6 ? options.family : null;
        const usable = family === null ? answers : answers.filter((answer) => answer.family === family);
        const [first] = usable;
        if (first === undefined) throw new Error(`the name ${host} has no address`);
        return { usable, first };
      })
      .then(
        ({ usable, first }) => (options.all ? callback(null, usable) : callback(null, first.address, first.family)),
        (error: NodeJS.ErrnoException) => callback(error, []),
      );
  };
}

/**
 * As {@link createGuardedConnector}, for hosts with an undici of their own.
 * @returns a `buildConnector.connector`; its type is left out, so that who installs this package needs no types of Node.
 */
export function createHostConnector(policy: EgressPolicy, resolve: Resolve): unknown {
  return createGuardedConnector(policy, resolve);
}
