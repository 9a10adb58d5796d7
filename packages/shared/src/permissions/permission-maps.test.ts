import { describe, expect, it } from 'vitest';
import { noPermissions, PermissionMapsSchema } from './permission-maps.ts';

const withMap = (map: object) => PermissionMapsSchema.safeParse({ ...noPermissions(), ...map }).success;

describe('the permission maps', () => {
  it('allow nothing when empty', () => {
    expect(PermissionMapsSchema.parse(noPermissions())).toEqual({
      type_permissions: {},
      extension_permissions: {},
      edge_permissions: {},
      metadata_permissions: {},
    });
  });

  it('know none for types alone', () => {
    expect(withMap({ type_permissions: { 'core.note': 'none' } })).toBe(true);
    expect(withMap({ edge_permissions: { about: 'none' } })).toBe(false);
    expect(withMap({ extension_permissions: { acme: 'none' } })).toBe(false);
    expect(withMap({ metadata_permissions: { tags: 'none' } })).toBe(false);
  });

  it('refuse a key that is no pattern, and a level that is none of theirs', () => {
    expect(withMap({ type_permissions: { 'Core.Note': 'read' } })).toBe(false);
    expect(withMap({ type_permissions: { 'core.*.film': 'read' } })).toBe(false);
    expect(withMap({ type_permissions: { 'core.note': 'admin' } })).toBe(false);
    expect(withMap({ type_permissions: ['core.note'] })).toBe(false);
  });
});
