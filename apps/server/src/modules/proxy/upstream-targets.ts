import { MarfaError, RESERVED_CONFIGURATION_KEY } from '@withmarfa/shared';
import { LRUCache } from 'lru-cache';
import type { ConnectionRow } from '../connections/index.ts';
import { type BaseRules, type BaseVerdict, readBase, type UpstreamBase } from './proxy-target.ts';

const MAX_BASES = 1000;

/**
 * @returns where the calls of a Connection go: what the Connection says itself, else what its credential says. An override
 *   that is no good is never passed over for the credential's address.
 * @throws MarfaError `oauth_proxy_upstream_invalid`.
 */
export type FindBase = (connection: Pick<ConnectionRow, 'configuration' | 'label'>, baseUrl: string) => UpstreamBase;

export function createFindBase(rules: BaseRules): FindBase {
  const known = new LRUCache<string, BaseVerdict>({ max: MAX_BASES });

  function judge(text: unknown): BaseVerdict {
    if (typeof text !== 'string') return readBase(text, rules);
    const verdict = known.get(text) ?? readBase(text, rules);
    known.set(text, verdict);
    return verdict;
  }

  return ({ configuration, label }, baseUrl) => {
    const override = overrideIn(configuration);
    const verdict = judge(override === undefined ? baseUrl : override);
    if (verdict.ok) return verdict.base;
    const whose = override === undefined ? 'of its credential' : RESERVED_CONFIGURATION_KEY;
    throw new MarfaError(
      'oauth_proxy_upstream_invalid',
      `The upstream address of the connection ${label} (${whose}) cannot be called: ${verdict.reason}.`,
      { details: { reason: 'address' } },
    );
  };
}

/** @returns undefined when there is none. */
function overrideIn(configuration: string): unknown {
  // Most have none, and need not be parsed.
  if (!configuration.includes(RESERVED_CONFIGURATION_KEY)) return undefined;
  const override = (JSON.parse(configuration) as Record<string, unknown>)[RESERVED_CONFIGURATION_KEY];
  return override === null ? undefined : override;
}
