import {
  CONNECTOR_TYPES,
  CORE_EDGE_TYPES,
  CORE_TYPES,
  type EdgeType,
  type Issue,
  isSystemType,
  MarfaError,
  matchesPattern,
  mayAccessType,
  type Properties,
  type SpaceConfig,
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
  /**
   * Refuses a write whose source the space's configuration keeps away from items of this type.
   * @throws MarfaError `forbidden`
   */
  admitSource(source: string, type: string): void;
  findEdgeType(id: string): EdgeType | null;
  edgeTypes(): readonly EdgeType[];
  /** @throws MarfaError `invalid_properties` with every fault; `type_not_found` when there is no such edge type. */
  validateEdge(edgeType: string, properties: Properties): void;
  /** Whether a type or edge type is the space's own: not shipped, and able to go away. */
  isOwn(id: string, kind?: 'type' | 'edge type'): boolean;
  readonly config: SpaceConfig;
}

/** What a space adds to the types that every space has. */
export interface OwnTypes {
  types: readonly TypeSchema[];
  edgeTypes: readonly EdgeType[];
  config: SpaceConfig;
}

export function createCatalogue(own: OwnTypes): Catalogue {
  const { config } = own;
  const { strict_mode, source_allowlist, source_filter } = config.enforcement;
  const types = new Map(
    [...CORE_TYPES, ...CONNECTOR_TYPES, ...SYSTEM_TYPES, ...own.types].map((type) => [type.id, type]),
  );
  const edgeTypes = new Map([...CORE_EDGE_TYPES, ...own.edgeTypes].map((type) => [type.id, type]));
  const chains = new Map([...types.keys()].map((id) => [id, chainOf(id)]));
  const contentTypes = [...types.keys()].filter((id) => !isSystemType(id));
  const ownIds = { type: idsOf(own.types), 'edge type': idsOf(own.edgeTypes) };
  const validators = new Map<string, PropertiesValidator>();
  const edgeValidators = new Map<string, PropertiesValidator>();
  const isMeant = (type: string, patterns: readonly string[] = []) =>
    !isSystemType(type) && patterns.some((pattern) => matchesPattern(pattern, type));

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
        validator = createPropertiesValidator(chains.get(type) ?? [], {
          strict: isMeant(type, strict_mode?.types),
        });
        validators.set(type, validator);
      }
      refuseFaults(type, validator(properties));
    },
    admitSource(source, type) {
      const listed = isMeant(type, source_allowlist?.types) && !source_allowlist?.sources.includes(source);
      if (!listed && !(isMeant(type, source_filter?.types) && source_filter?.deny_sources.includes(source))) return;
      throw new MarfaError('forbidden', `This space does not let the source ${source} write ${type}.`, {
        details: { source, type, rule: listed ? 'source_allowlist' : 'source_filter' },
      });
    },
    findEdgeType: (id) => edgeTypes.get(id) ?? null,
    edgeTypes: () => [...edgeTypes.values()],
    validateEdge(id, properties) {
      const type = edgeTypes.get(id);
      if (!type) throw new MarfaError('type_not_found', `There is no edge type ${id} in this space.`);
      let validator = edgeValidators.get(id);
      if (!validator) {
        validator = createPropertiesValidator([{ fields: type.property_schema, required: [] }]);
        edgeValidators.set(id, validator);
      }
      refuseFaults(id, validator(properties));
    },
    isOwn: (id, kind = 'type') => ownIds[kind].has(id),
    config,
  };
}

function idsOf(schemas: readonly { id: string }[]): ReadonlySet<string> {
  return new Set(schemas.map(({ id }) => id));
}

function refuseFaults(type: string, issues: readonly Issue[]): void {
  if (issues.length === 0) return;
  throw new MarfaError(
    'invalid_properties',
    `The properties do not fit ${type}: ${issues[0]?.path} ${issues[0]?.message}.`,
    { details: { issues } },
  );
}
