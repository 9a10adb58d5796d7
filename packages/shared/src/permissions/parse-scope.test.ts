import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseScope, type Scope } from './parse-scope.ts';

describe('a scope', () => {
  it.each<[string, Scope]>([
    ['core.note:read', { kind: 'type', pattern: 'core.note', level: 'read' }],
    ['core.note:write', { kind: 'type', pattern: 'core.note', level: 'write' }],
    ['core.bookmark.*:read', { kind: 'type', pattern: 'core.bookmark.*', level: 'read' }],
    ['core.*:write', { kind: 'type', pattern: 'core.*', level: 'write' }],
    ['*:read', { kind: 'type', pattern: '*', level: 'read' }],
    ['acme.calendar-sync:write', { kind: 'type', pattern: 'acme.calendar-sync', level: 'write' }],
    ['system.activity:read', { kind: 'type', pattern: 'system.activity', level: 'read' }],
    ['edge.parent-of:read', { kind: 'edge', pattern: 'parent-of', level: 'read' }],
    ['edge.parent-of:write', { kind: 'edge', pattern: 'parent-of', level: 'write' }],
    ['edge.*:write', { kind: 'edge', pattern: '*', level: 'write' }],
    ['edge.acme.*:read', { kind: 'edge', pattern: 'acme.*', level: 'read' }],
    ['metadata:read', { kind: 'metadata', subResource: 'tags', level: 'read' }],
    ['metadata:write', { kind: 'metadata', subResource: 'tags', level: 'write' }],
    ['metadata.types:write', { kind: 'metadata', subResource: 'types', level: 'write' }],
    ['openid', { kind: 'identity', claim: 'openid' }],
    ['profile', { kind: 'identity', claim: 'profile' }],
    ['email', { kind: 'identity', claim: 'email' }],
    ['offline_access', { kind: 'identity', claim: 'offline_access' }],
  ])('%s is understood', (text, expected) => {
    expect(parseScope(text)).toEqual(expected);
  });

  it.each([
    ['nothing', ''],
    ['a level alone', ':read'],
    ['no level', 'core.note'],
    ['an unknown level', 'core.note:delete'],
    ['an empty level', 'core.note:'],
    ['none, which only a map may say', 'core.note:none'],
    ['two levels', 'core.note:read:write'],
    ['a level in capitals', 'core.note:READ'],
    ['a type in capitals', 'Core.Note:read'],
    ['a type of one segment', 'note:read'],
    ['a wildcard in the middle', 'core.*.film:read'],
    ['two scopes at once', 'core.note:read core.task:read'],
    ['a space at the end', 'core.note:read '],
    ['writing the platform’s rows', 'system.activity:write'],
    ['writing the platform’s rows by prefix', 'system.*:write'],
    ['an extension namespace', 'extension.acme:read:write'],
    ['an edge without a name', 'edge.:read'],
    ['edges without a dot', 'edge:read'],
    ['reading the types of metadata', 'metadata.types:read'],
    ['an unknown part of metadata', 'metadata.tier:write'],
    ['metadata by pattern', 'metadata.*:write'],
    ['an identity claim with a level', 'openid:read'],
    ['an unknown identity claim', 'address'],
    ['an identity claim in capitals', 'OpenID'],
    ['a line break', 'core.note:read\n'],
    ['a name every object inherits', 'constructor'],
  ])('is refused with %s', (_what, text) => {
    expect(parseScope(text)).toBeNull();
  });

  it('never throws, and never grants more than its own text says', () => {
    const shards = ['core', 'edge', 'metadata', 'system', 'types', '.', '*', ':', 'read', 'write', ' ', 'A', '\u0000'];
    const text = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.array(fc.constantFrom(...shards), { maxLength: 8 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (scope) => {
        const parsed = parseScope(scope);
        if (parsed === null) return;
        expect(spell(parsed)).toBe(scope);
        if (parsed.kind === 'type' && parsed.level === 'write') expect(scope.startsWith('system.')).toBe(false);
      }),
      { seed: 20260215, numRuns: 20_000 },
    );
  }, 60_000);
});

/** The one spelling of a scope; reading and spelling must be each other's inverse. */
function spell(scope: Scope): string {
  switch (scope.kind) {
    case 'identity':
      return scope.claim;
    case 'metadata':
      return scope.subResource === 'tags' ? `metadata:${scope.level}` : `metadata.${scope.subResource}:${scope.level}`;
    case 'edge':
      return `edge.${scope.pattern}:${scope.level}`;
    case 'type':
      return `${scope.pattern}:${scope.level}`;
    default:
      return scope satisfies never;
  }
}
