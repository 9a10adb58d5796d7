import { expect, it } from 'vitest';
import { describeScope, SCOPE_GROUPS } from './describe-scope.ts';

it.each([
  ['core.note:read', 'Read items of the type core.note and of types made from it.'],
  ['core.note:write', 'Read, create, change and delete items of the type core.note.'],
  ['core.*:read', 'Read items of the type core and of every type that begins with core.'],
  ['*:read', 'Read all your items, of every type there is or will be.'],
  ['edge.about:read', 'See links of the kind about.'],
  ['edge.*:write', 'See, make and remove links of every kind, from items that it may change.'],
  ['metadata:write', 'See and change the tags on your items.'],
  ['metadata.types:write', 'Make types of items that your space does not know yet.'],
  ['email', 'Know your e-mail address.'],
])('says what %s means', (scope, meaning) => {
  expect(describeScope(scope).meaning).toBe(meaning);
  expect(SCOPE_GROUPS).toContain(describeScope(scope).group);
});

it('warns of a right to everything, and of nothing else', () => {
  expect(describeScope('*:write').warning).toContain('everything you keep here');
  expect(describeScope('core.*:write').warning).toBeUndefined();
});
