import {
  CORE_EDGE_TYPES,
  CORE_TYPES,
  type EdgeType,
  isSystemType,
  MarfaError,
  mayAccessType,
  type Properties,
  SYSTEM_TYPES,
  type TypeRef,
  type TypeSchema,
} from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import { createPropertiesValidator, type PropertiesValidator } from './properties-validator.ts';

/** The types and edge types of one space at one revision: what every space has, and its own. */
export interface Catalogue {
  /** @throws MarfaError `invalid_type` naming the type. */
  require(type: string): TypeSchema;
  find(type: string): TypeSchema | null;
  /** The type with its declared parents, as permission decisions want it. */
  refOf(type: string): TypeRef;
  /** @returns whether `type` is `ancestor` or one of its subtypes, by declared parent or identifier prefix. */
  isA(type: string, ancestor: string): boolean;
  /** Types the caller may read, of the whole catalogue or of `type` and its subtypes. */
  readable(caller: Caller, type?: string): TypeSchema[];
  /** Ids of all types but `system.*`. */
  contentTypes(): readonly string[];
  /** @throws MarfaError `invalid_properties` with every fault. */
  validate(type: string, properties: Properties): void;
  findEdgeType(id: string): EdgeType | null;
  edgeTypes(): readonly EdgeType[];
}

/** What a space adds to the types that every space has. */
export interface OwnTypes {
  types: readonly TypeSchema[];
  edgeTypes: readonly EdgeType[];
}

export function createCatalogue(own: OwnTypes): Catalogue {
  const types = new Map([...CORE_TYPES, ...SYSTEM_TYPES, ...own.types].map((type) => [type.id, type]));
  const edgeTypes = new Map([...CORE_EDGE_TYPES, ...own.edgeTypes].map((type) => [type.id, type]));
  const chains = new Map([...types.keys()].map((id) => [id, chainOf(id)]));
  const contentTypes = [...types.keys()].filter((id) => !isSystemType(id));
  const validators = new Map<string, PropertiesValidator>();

  function chainOf(id: string): TypeSchema[] {
    const type = types.get(id);
    if (!type) return [];
    return [type, ...(type.parent ? chainOf(type.parent) : [])];
  }

  const refOf = (type: string): TypeRef => ({
    id: type,
    ancestors: (chains.get(type) ?? []).slice(1).map((parent) => parent.id),
  });
  const isA = (type: string, ancestor: string) =>
    type === ancestor ||
    type.startsWith(`${ancestor}.`) ||
    (chains.get(type) ?? []).some((parent) => parent.id === ancestor);

  return {
    find: (type) => types.get(type) ?? null,
    require(type) {
      const known = types.get(type);
      if (known) return known;
      throw new MarfaError('invalid_type', `There is no type ${type} in this space.`, {
        details: { issues: [{ path: '$.type', message: `unknown type ${type}` }] },
      });
    },
    refOf,
    isA,
    readable: (caller, type) =>
      [...types.values()].filter(
        ({ id }) => (type === undefined || isA(id, type)) && mayAccessType(caller, refOf(id), 'read'),
      ),
    contentTypes: () => contentTypes,
    validate(type, properties) {
      let validator = validators.get(type);
      if (!validator) {
        validator = createPropertiesValidator(chains.get(type) ?? []);
        validators.set(type, validator);
      }
      const issues = validator(properties);
      if (issues.length === 0) return;
      throw new MarfaError(
        'invalid_properties',
        `The properties do not fit ${type}: ${issues[0]?.path} ${issues[0]?.message}.`,
        { details: { issues } },
      );
    },
    findEdgeType: (id) => edgeTypes.get(id) ?? null,
    edgeTypes: () => [...edgeTypes.values()],
  };
}
