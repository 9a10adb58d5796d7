import {
  CONNECTOR_TYPES,
  CORE_EDGE_TYPES,
  CORE_TYPES,
  type EdgeType,
  MarfaError,
  type Properties,
  SYSTEM_TYPES,
  type TypeRef,
  type TypeSchema,
} from '@withmarfa/shared';
import { createPropertiesValidator, type PropertiesValidator } from './properties-validator.ts';

/** The types and edge types of a space: what every space has, and what a test adds. */
export interface TypeCatalogue {
  /** @throws MarfaError `invalid_type` naming the type. */
  require(type: string): TypeSchema;
  refOf(type: string): TypeRef;
  /** @returns whether `type` is `ancestor` or one of its subtypes, by declared parent or identifier prefix. */
  isA(type: string, ancestor: string): boolean;
  /** @throws MarfaError `invalid_properties` with every fault. */
  validate(type: string, properties: Properties): void;
  /** @throws MarfaError `type_not_found`. */
  requireEdgeType(id: string): EdgeType;
}

export function createTypeCatalogue(own: {
  types: readonly TypeSchema[];
  edgeTypes: readonly EdgeType[];
}): TypeCatalogue {
  const types = new Map(
    [...CORE_TYPES, ...CONNECTOR_TYPES, ...SYSTEM_TYPES, ...own.types].map((type) => [type.id, type]),
  );
  const edgeTypes = new Map([...CORE_EDGE_TYPES, ...own.edgeTypes].map((type) => [type.id, type]));
  const validators = new Map<string, PropertiesValidator>();

  function chainOf(id: string): TypeSchema[] {
    const type = types.get(id);
    return type ? [type, ...(type.parent ? chainOf(type.parent) : [])] : [];
  }

  function validatorOf(type: string): PropertiesValidator {
    const validator = validators.get(type) ?? createPropertiesValidator(chainOf(type));
    validators.set(type, validator);
    return validator;
  }

  return {
    require(type) {
      const known = types.get(type);
      if (known) return known;
      throw new MarfaError('invalid_type', `There is no type ${type} in this space.`, {
        details: { issues: [{ path: '$.type', message: `unknown type ${type}` }] },
      });
    },
    refOf: (id) => ({
      id,
      ancestors: chainOf(id)
        .slice(1)
        .map((parent) => parent.id),
    }),
    isA: (type, ancestor) =>
      type === ancestor ||
      type.startsWith(`${ancestor}.`) ||
      chainOf(type).some((candidate) => candidate.id === ancestor),
    validate(type, properties) {
      const issues = validatorOf(type)(properties);
      if (issues.length === 0) return;
      throw new MarfaError('invalid_properties', `These are no properties of ${type}: ${issues[0]?.message}.`, {
        details: { issues },
      });
    },
    requireEdgeType(id) {
      const known = edgeTypes.get(id);
      if (known) return known;
      throw new MarfaError('type_not_found', `There is no edge type ${id} in this space.`);
    },
  };
}
