import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aGrant } from '../../test/a-grant.ts';
import {
  type Grant,
  mayAccessEdge,
  mayAccessExtension,
  mayAccessMetadata,
  mayAccessType,
  type TypeRef,
} from './decide-access.ts';
import type { AccessLevel } from './permission-maps.ts';

const SEED = 20260214;
const GRANTS = 10_000;
const REQUESTS_PER_GRANT = 10;

// Few segments, so that names, prefixes and patterns meet often.
const name = fc
  .tuple(
    fc.constantFrom('core', 'system', 'acme'),
    fc.array(fc.constantFrom('a', 'b', 'credential'), { minLength: 1, maxLength: 3 }),
  )
  .map(([root, rest]) => [root, ...rest].join('.'));
const shortName = fc.oneof(name, fc.constantFrom('core', 'system', 'acme'));
const pattern = fc.oneof(
  { weight: 4, arbitrary: shortName },
  { weight: 4, arbitrary: shortName.map((prefix) => `${prefix}.*`) },
  { weight: 1, arbitrary: fc.constant('*') },
);
const level = fc.constantFrom<AccessLevel>('read', 'write');
const typeMap = fc.dictionary(pattern, fc.constantFrom('read', 'write', 'none'), { maxKeys: 7 });
const axisMap = fc.dictionary(pattern, level, { maxKeys: 5 });
const grant = fc.record({
  role: fc.oneof(
    { weight: 8, arbitrary: fc.constant('member' as const) },
    { weight: 1, arbitrary: fc.constantFrom('admin' as const, 'tenant_admin' as const) },
  ),
  type_permissions: typeMap,
  extension_permissions: axisMap,
  edge_permissions: axisMap,
  metadata_permissions: axisMap,
});
const request = fc.record({ name, ancestors: fc.uniqueArray(name, { maxLength: 2 }), level });

/**
 * The contract's section 4, as slowly and plainly as it can be said: score every key of the map, take the highest.
 * A key says nothing (null), or something the louder the more specific it is.
 */
function loudest(map: Record<string, string>, score: (key: string) => number | null): string | undefined {
  const heard = Object.entries(map)
    .map(([key, value]) => ({ value, score: score(key) }))
    .filter((entry) => entry.score !== null)
    .sort((a, b) => Number(b.score) - Number(a.score));
  return heard[0]?.value;
}

const depth = (dotted: string) => dotted.split('.').length;
const isBelow = (dotted: string, prefix: string) => dotted.startsWith(`${prefix}.`);

function specificity(key: string, asked: string): number | null {
  if (key === '*') return 0;
  if (key === asked) return 1000;
  if (!key.endsWith('.*')) return null;
  const prefix = key.slice(0, -2);
  return prefix === asked || isBelow(asked, prefix) ? 10 * depth(prefix) : null;
}

function readingSpecificity(key: string, type: TypeRef): number | null {
  if (key === '*') return 0;
  const chain = [type.id, ...(type.ancestors ?? [])];
  const scores = chain.map((id, distance) => {
    const own = specificity(key, id);
    const inherited = isBelow(id, key) ? 10 * depth(key) - 5 : null;
    const best = own ?? inherited;
    return best === null ? null : best + 100_000 * (chain.length - distance);
  });
  return scores.find((score) => score !== null) ?? null;
}

function referenceType(who: Grant, type: TypeRef, asked: AccessLevel): boolean {
  if (who.role === 'admin' || who.role === 'tenant_admin') return true;
  const isSystem = type.id.split('.')[0] === 'system';
  const found = loudest(who.type_permissions, (key) => {
    if (type.id === 'system.credential') return key === type.id ? 1 : null;
    if (isSystem) return key === '*' ? null : specificity(key, type.id);
    return asked === 'write' ? specificity(key, type.id) : readingSpecificity(key, type);
  });
  return found === 'write' || (found === 'read' && asked === 'read');
}

function referenceAxis(map: Record<string, string>, asked: string, wanted: AccessLevel): boolean {
  const found = loudest(map, (key) => specificity(key, asked));
  return found === 'write' || (found === 'read' && wanted === 'read');
}

describe('permission decisions', () => {
  it(`agree with a naive reading of the contract on ${GRANTS * REQUESTS_PER_GRANT} grant and request pairs`, () => {
    let allowed = 0;
    fc.assert(
      fc.property(
        grant,
        fc.array(request, { minLength: REQUESTS_PER_GRANT, maxLength: REQUESTS_PER_GRANT }),
        (maps, requests) => {
          const who = aGrant(maps);
          const isAdmin = who.role === 'admin';
          const passes = who.role !== 'member';
          for (const { name: asked, ancestors, level: wanted } of requests) {
            const type = { id: asked, ancestors };
            const verdict = {
              type: mayAccessType(who, type, wanted),
              extension: mayAccessExtension(who, asked, wanted),
              edge: mayAccessEdge(who, asked, wanted),
              metadata: mayAccessMetadata(who, asked, wanted),
            };
            expect(verdict).toEqual({
              type: referenceType(who, type, wanted),
              extension: isAdmin || referenceAxis(who.extension_permissions, asked, wanted),
              edge: passes || referenceAxis(who.edge_permissions, asked, wanted),
              metadata: passes || referenceAxis(who.metadata_permissions, asked, wanted),
            });
            if (verdict.type) allowed += 1;
          }
        },
      ),
      { seed: SEED, numRuns: GRANTS, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: true },
    );
    // Both verdicts must be common, or the agreement says little.
    const share = allowed / (GRANTS * REQUESTS_PER_GRANT);
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.85);
  }, 90_000);
});
