import { expect, it } from 'vitest';
import { coversScope } from './covers-scope.ts';

it.each([
  ['core.note:read', 'core.note:read'],
  ['core.note:write', 'core.note:read'],
  ['core.*:write', 'core.note:write'],
  ['core.*:read', 'core.media.*:read'],
  ['core.media:read', 'core.media.film:read'],
  ['*:write', 'core.*:write'],
  ['edge.*:read', 'edge.about:read'],
  ['metadata:write', 'metadata:read'],
  ['openid', 'openid'],
])('%s covers %s', (held, asked) => {
  expect(coversScope(held, asked)).toBe(true);
});

it.each([
  ['core.note:read', 'core.note:write'],
  ['core.note:write', 'core.note.*:write'],
  ['core.media:write', 'core.media.film:write'],
  ['core.note:read', 'core.*:read'],
  ['core.*:read', '*:read'],
  ['core.*:read', 'corex.note:read'],
  ['*:read', 'system.connection:read'],
  ['*:write', 'edge.about:read'],
  ['edge.*:write', 'core.note:read'],
  ['metadata:write', 'metadata.types:write'],
  ['profile', 'email'],
  ['nonsense', 'nonsense'],
])('%s does not cover %s', (held, asked) => {
  expect(coversScope(held, asked)).toBe(false);
});
