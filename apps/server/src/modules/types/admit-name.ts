import { CORE_EDGE_TYPES, MarfaError, mayAccessMetadata, rootOf } from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';

const APP_TYPE = /^app\.[^.]+\.[^.]+$/;

/** @throws MarfaError `forbidden` unless the caller runs the space or may write the metadata `types`. */
export function requireTypesWrite(caller: Caller): void {
  if (mayAccessMetadata(caller, 'types', 'write')) return;
  throw new MarfaError('forbidden', 'Registering types needs write on the metadata types.');
}

/**
 * Whose name a type may bear. `core.*` and `system.*` are shipped, and nobody registers them; `app.<app>.<type>` and
 * `marfa.*` take a platform credential; `user.*` and every publisher's names are the space's own affair.
 * @throws MarfaError `reserved_namespace`
 */
export function admitTypeName(caller: Caller, id: string): void {
  const root = rootOf(id);
  if (root === 'core' || root === 'system') throw reserved(id, `${root}.* types are shipped with the server`);
  if ((root === 'app' || root === 'marfa') && !caller.isPlatform)
    throw reserved(id, `${root}.* types are registered with a platform credential`);
  if (root === 'app' && !APP_TYPE.test(id)) throw reserved(id, 'the types of an app are named app.<app>.<type>');
}

/** As {@link admitTypeName}, for edge types, whose names are short: the shipped ones are taken. */
export function admitEdgeTypeName(caller: Caller, id: string): void {
  if (CORE_EDGE_TYPES.some((type) => type.id === id)) {
    throw new MarfaError('conflict', `Every space has an edge type ${id} already.`, {
      details: { issues: [{ path: '$.id', message: 'already used' }] },
    });
  }
  const root = rootOf(id);
  if (root === 'core' || root === 'system' || ((root === 'app' || root === 'marfa') && !caller.isPlatform))
    throw reserved(id, `${root} names are not a space's to give`);
}

function reserved(id: string, why: string): MarfaError {
  return new MarfaError('reserved_namespace', `${id} cannot be registered: ${why}.`, {
    details: { issues: [{ path: '$.id', message: why }] },
  });
}
