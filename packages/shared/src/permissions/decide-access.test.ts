import { describe, expect, it } from 'vitest';
import { aGrant } from '../../test/a-grant.ts';
import {
  type Grant,
  mayAccessEdge,
  mayAccessExtension,
  mayAccessMetadata,
  mayAccessType,
  mayWriteEdge,
} from './decide-access.ts';
import type { AccessLevel, TypePermissions } from './permission-maps.ts';

const may = (map: TypePermissions, type: string, level: AccessLevel, ancestors: string[] = []) =>
  mayAccessType(aGrant({ type_permissions: map }), { id: type, ancestors }, level);

describe('a member’s type permissions', () => {
  it.each<[string, TypePermissions, string, { read: boolean; write: boolean }]>([
    ['an empty map allows nothing', {}, 'core.note', { read: false, write: false }],
    ['read does not write', { 'core.note': 'read' }, 'core.note', { read: true, write: false }],
    ['write includes read', { 'core.note': 'write' }, 'core.note', { read: true, write: true }],
    ['none denies', { 'core.note': 'none' }, 'core.note', { read: false, write: false }],
    ['x.* covers x itself', { 'core.media.*': 'write' }, 'core.media', { read: true, write: true }],
    ['x.* covers all below x', { 'core.media.*': 'write' }, 'core.media.film.short', { read: true, write: true }],
    [
      'a name that only begins alike is another',
      { 'core.note': 'write' },
      'core.notebook',
      { read: false, write: false },
    ],
    ['* covers every ordinary type', { '*': 'write' }, 'acme.thing', { read: true, write: true }],
    [
      'a longer prefix beats a shorter one',
      { 'core.*': 'write', 'core.media.*': 'read' },
      'core.media.film',
      { read: true, write: false },
    ],
    ['anything beats *', { '*': 'write', 'core.*': 'none' }, 'core.note', { read: false, write: false }],
    [
      'the exact name beats x.*',
      { 'core.note.*': 'none', 'core.note': 'read' },
      'core.note',
      { read: true, write: false },
    ],
    [
      'none at the winner denies though a wider pattern grants',
      { '*': 'write', 'core.note': 'none' },
      'core.note',
      { read: false, write: false },
    ],
    [
      'a grant at the winner holds though a wider pattern denies',
      { '*': 'none', 'core.note': 'write' },
      'core.note',
      { read: true, write: true },
    ],
    ['reading a type reads its subtypes', { 'core.media': 'read' }, 'core.media.film', { read: true, write: false }],
    [
      'writing a type reads its subtypes and does not write them',
      { 'core.media': 'write' },
      'core.media.film',
      { read: true, write: false },
    ],
    [
      'a subtype can be denied below a readable type',
      { 'core.media': 'read', 'core.media.film': 'none' },
      'core.media.film',
      { read: false, write: false },
    ],
    [
      'a subtype grants nothing on its parent',
      { 'core.media.film': 'write' },
      'core.media',
      { read: false, write: false },
    ],
  ])('%s', (_what, map, type, expected) => {
    expect({ read: may(map, type, 'read'), write: may(map, type, 'write') }).toEqual(expected);
  });
});

describe('a declared parent', () => {
  const parents = ['core.bookmark'];

  it('lends its reading to its children', () => {
    expect(may({ 'core.bookmark': 'read' }, 'acme.clip', 'read', parents)).toBe(true);
    expect(may({ 'core.*': 'read' }, 'acme.clip', 'read', parents)).toBe(true);
  });

  it('never lends its writing', () => {
    expect(may({ 'core.bookmark': 'write' }, 'acme.clip', 'write', parents)).toBe(false);
    expect(may({ 'core.*': 'write' }, 'acme.clip', 'write', parents)).toBe(false);
  });

  it('decides only where the child’s own name does not', () => {
    expect(may({ 'core.bookmark': 'read', 'acme.*': 'none' }, 'acme.clip', 'read', parents)).toBe(false);
    expect(may({ 'core.bookmark': 'none', 'acme.clip': 'read' }, 'acme.clip', 'read', parents)).toBe(true);
  });

  it('decides before * does', () => {
    expect(may({ '*': 'read', 'core.bookmark': 'none' }, 'acme.clip', 'read', parents)).toBe(false);
  });

  it('is asked nearest first', () => {
    const chain = ['core.bookmark', 'core.page'];
    expect(may({ 'core.bookmark': 'none', 'core.page': 'read' }, 'acme.clip', 'read', chain)).toBe(false);
    expect(may({ 'core.bookmark': 'read', 'core.page': 'none' }, 'acme.clip', 'read', chain)).toBe(true);
  });
});

describe('the platform’s own rows', () => {
  it.each(['system.credential', 'system.connection', 'system.activity', 'system.integration'])(
    'are not reached by *: %s',
    (type) => {
      expect(may({ '*': 'write' }, type, 'read')).toBe(false);
      expect(may({ '*': 'write' }, type, 'write')).toBe(false);
    },
  );

  it('are read when named', () => {
    expect(may({ 'system.activity': 'read' }, 'system.activity', 'read')).toBe(true);
    expect(may({ 'system.*': 'read' }, 'system.connection', 'read')).toBe(true);
  });

  it('give up credentials to their exact name alone', () => {
    expect(may({ 'system.*': 'write' }, 'system.credential', 'read')).toBe(false);
    expect(may({ 'system.credential.*': 'write' }, 'system.credential', 'read')).toBe(false);
    expect(may({ 'system.credential': 'read' }, 'system.credential', 'read')).toBe(true);
  });

  it('are not inherited from a declared parent', () => {
    expect(may({ 'core.note': 'read' }, 'system.activity', 'read', ['core.note'])).toBe(false);
  });
});

describe('the other maps', () => {
  const grant = aGrant({
    extension_permissions: { 'connection.runtime': 'write', 'acme.*': 'read' },
    edge_permissions: { 'parent-of': 'write', references: 'read' },
    metadata_permissions: { tags: 'write' },
  });

  it('gate extensions by namespace', () => {
    expect(mayAccessExtension(grant, 'connection.runtime', 'write')).toBe(true);
    expect(mayAccessExtension(grant, 'acme.notes', 'read')).toBe(true);
    expect(mayAccessExtension(grant, 'acme.notes', 'write')).toBe(false);
    expect(mayAccessExtension(grant, 'other', 'read')).toBe(false);
  });

  it('gate edges by edge type', () => {
    expect(mayAccessEdge(grant, 'parent-of', 'write')).toBe(true);
    expect(mayAccessEdge(grant, 'references', 'write')).toBe(false);
    expect(mayAccessEdge(grant, 'references', 'read')).toBe(true);
    expect(mayAccessEdge(grant, 'about', 'read')).toBe(false);
  });

  it('gate metadata by sub-resource', () => {
    expect(mayAccessMetadata(grant, 'tags', 'write')).toBe(true);
    expect(mayAccessMetadata(grant, 'types', 'read')).toBe(false);
  });

  it('do not inherit reading downwards, as types do', () => {
    const narrow = aGrant({ extension_permissions: { acme: 'read' }, edge_permissions: { acme: 'read' } });
    expect(mayAccessExtension(narrow, 'acme.notes', 'read')).toBe(false);
    expect(mayAccessEdge(narrow, 'acme.rel', 'read')).toBe(false);
  });
});

describe('writing an edge', () => {
  it.each<[string, Partial<Grant>, boolean]>([
    ['both halves', { type_permissions: { 'core.note': 'write' }, edge_permissions: { about: 'write' } }, true],
    ['only the edge half', { type_permissions: { 'core.note': 'read' }, edge_permissions: { about: 'write' } }, false],
    ['only the type half', { type_permissions: { 'core.note': 'write' }, edge_permissions: { about: 'read' } }, false],
    ['neither half', {}, false],
  ])('with %s: %s', (_what, changes, expected) => {
    expect(mayWriteEdge(aGrant(changes), 'about', { id: 'core.note' })).toBe(expected);
  });
});

describe('a role', () => {
  const admin = aGrant({ role: 'admin', type_permissions: { '*': 'none' } });
  const tenantAdmin = aGrant({ role: 'tenant_admin', type_permissions: { '*': 'none' } });

  it('admin passes every check', () => {
    expect(mayAccessType(admin, { id: 'system.credential' }, 'write')).toBe(true);
    expect(mayAccessExtension(admin, 'acme.notes', 'write')).toBe(true);
    expect(mayWriteEdge(admin, 'about', { id: 'core.note' })).toBe(true);
    expect(mayAccessMetadata(admin, 'types', 'write')).toBe(true);
  });

  it('tenant_admin passes type, edge and metadata checks', () => {
    expect(mayAccessType(tenantAdmin, { id: 'core.note' }, 'write')).toBe(true);
    expect(mayWriteEdge(tenantAdmin, 'about', { id: 'core.note' })).toBe(true);
    expect(mayAccessMetadata(tenantAdmin, 'types', 'write')).toBe(true);
  });

  it('tenant_admin needs the map for extensions', () => {
    expect(mayAccessExtension(tenantAdmin, 'acme.notes', 'read')).toBe(false);
    expect(
      mayAccessExtension({ ...tenantAdmin, extension_permissions: { 'acme.*': 'read' } }, 'acme.notes', 'read'),
    ).toBe(true);
  });
});
