import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayAccessEdge, mayAccessExtension, mayAccessMetadata, mayAccessType } from './decide-access.ts';
import { projectScopes } from './project-scopes.ts';

const maps = (scopes: string[]) => {
  const { claims, unknown, ...permissions } = projectScopes(scopes);
  return permissions;
};
const member = (scopes: string[]) => ({ role: 'member' as const, ...maps(scopes) });

describe('scopes become permission maps', () => {
  it('each on its own axis, with patterns as they are written', () => {
    expect(
      projectScopes(['core.note:read', 'core.media.*:write', 'edge.about:read', 'metadata:write', 'openid']),
    ).toEqual({
      type_permissions: { 'core.note': 'read', 'core.media.*': 'write' },
      edge_permissions: { about: 'read' },
      metadata_permissions: { tags: 'write' },
      extension_permissions: {},
      claims: ['openid'],
      unknown: [],
    });
  });

  it.each([[['core.note:read', 'core.note:write']], [['core.note:write', 'core.note:read']]])(
    'and read and write of one type collapse to write: %j',
    (scopes) => {
      expect(maps(scopes).type_permissions).toEqual({ 'core.note': 'write' });
    },
  );

  it('and metadata.types:write gates the making of types, not tags', () => {
    expect(maps(['metadata.types:write']).metadata_permissions).toEqual({ types: 'write' });
  });

  it('and what is no scope is told, once per time it was said', () => {
    expect(projectScopes(['core.note:read', 'notes', 'core.note:delete']).unknown).toEqual([
      'notes',
      'core.note:delete',
    ]);
  });

  it('and extensions are those of the client’s registration alone', () => {
    expect(projectScopes(['*:write'], { harbour: 'read' }).extension_permissions).toEqual({ harbour: 'read' });
  });

  it('and everything readable is not the platform’s own rows', () => {
    expect(mayAccessType(member(['*:read']), { id: 'core.note' }, 'read')).toBe(true);
    expect(mayAccessType(member(['*:read']), { id: 'system.credential' }, 'read')).toBe(false);
    expect(mayAccessType(member(['*:read']), { id: 'system.connection' }, 'read')).toBe(false);
  });

  it('and a set of scopes does what its scopes do alone, no more and no less', () => {
    const resource = fc.constantFrom(
      'core.note',
      'core.media',
      'core.media.film',
      'core.media.*',
      'core.*',
      '*',
      'system.activity',
    );
    const level = fc.constantFrom('read', 'write');
    const scope = fc.oneof(
      fc.tuple(resource, level).map((parts) => parts.join(':')),
      fc.tuple(fc.constantFrom('edge.about', 'edge.*', 'metadata'), level).map((parts) => parts.join(':')),
      fc.constantFrom('metadata.types:write', 'openid', 'email', 'nonsense'),
    );
    const asked = ['core.note', 'core.media', 'core.media.film', 'system.activity', 'system.credential', 'acme.tide'];
    const reach = (scopes: string[]) => {
      const grant = member(scopes);
      return (['read', 'write'] as const).flatMap((verb) => [
        ...asked.filter((id) => mayAccessType(grant, { id }, verb)).map((id) => `${id}:${verb}`),
        ...['about', 'parent-of'].filter((id) => mayAccessEdge(grant, id, verb)).map((id) => `edge ${id}:${verb}`),
        ...['tags', 'types'].filter((id) => mayAccessMetadata(grant, id, verb)).map((id) => `metadata ${id}:${verb}`),
        ...['harbour'].filter((id) => mayAccessExtension(grant, id, verb)),
      ]);
    };
    fc.assert(
      fc.property(fc.array(scope, { maxLength: 8 }), (scopes) => {
        const apart = new Set(scopes.flatMap((one) => reach([one])));
        expect(new Set(reach(scopes))).toEqual(apart);
      }),
      { seed: 20260216, numRuns: 5_000 },
    );
  });
});
