import { type Issue, invalidSchema, isSystemType, MarfaError, type TypeSchema, toJsonPath } from '@withmarfa/shared';

/** Longest chain of declared parents. */
const MAX_DEPTH = 16;

/**
 * Judges a type among the others: its parent, what it inherits, and what its own children would inherit from it.
 * @param others every other type of the space, shipped ones included, by id.
 * @throws MarfaError `inheritance_violation`; `invalid_schema` when it also names fields that nobody declares.
 */
export function judgeInheritance(schema: TypeSchema, others: ReadonlyMap<string, TypeSchema>): void {
  const types = new Map([...others, [schema.id, schema]]);
  const { ancestors, issues: inheritance } = ancestorsOf(schema, types);
  const inherited = new Map(ancestors.flatMap((type) => Object.keys(type.fields).map((name) => [name, type.id])));
  for (const name of Object.keys(schema.fields)) {
    const owner = inherited.get(name);
    if (owner)
      inheritance.push({ path: toJsonPath(['fields', name]), message: `${owner} declares this field already` });
  }
  inheritance.push(...clashesBelow(schema, types));
  const issues = [
    ...inheritance,
    ...unknownNames(schema, new Set([...inherited.keys(), ...Object.keys(schema.fields)])),
  ];
  if (issues.length > inheritance.length) throw invalidSchema('The type schema', issues);
  if (issues.length === 0) return;
  throw new MarfaError('inheritance_violation', `${issues[0]?.path}: ${issues[0]?.message}.`, { details: { issues } });
}

function ancestorsOf(
  schema: TypeSchema,
  types: ReadonlyMap<string, TypeSchema>,
): { ancestors: TypeSchema[]; issues: Issue[] } {
  const ancestors: TypeSchema[] = [];
  const fault = (message: string) => ({ ancestors, issues: [{ path: '$.parent', message }] });
  for (let id = schema.parent; id !== undefined; id = ancestors.at(-1)?.parent) {
    if (id === schema.id) return fault('a type cannot descend from itself');
    const parent = types.get(id);
    if (!parent || isSystemType(id)) return fault(`there is no type ${id} to inherit from`);
    ancestors.push(parent);
    if (ancestors.length >= MAX_DEPTH) return fault(`expected a chain of at most ${MAX_DEPTH} types`);
  }
  return { ancestors, issues: [] };
}

/** Fields that a change of this type would take from under its children, which declare them themselves. */
function clashesBelow(schema: TypeSchema, types: ReadonlyMap<string, TypeSchema>): Issue[] {
  const issues: Issue[] = [];
  for (const type of types.values()) {
    if (type.id === schema.id) continue;
    const { ancestors, issues: faults } = ancestorsOf(type, types);
    if (!ancestors.includes(schema)) continue;
    // A chain that was short enough before grew too long by the new parent.
    if (faults[0]) issues.push({ path: '$.parent', message: `${type.id}: ${faults[0].message}` });
    const given = new Set(ancestors.flatMap((ancestor) => Object.keys(ancestor.fields)));
    for (const name of Object.keys(type.fields)) {
      if (!given.has(name)) continue;
      const path = Object.hasOwn(schema.fields, name) ? toJsonPath(['fields', name]) : '$.parent';
      issues.push({ path, message: `${type.id} descends from this type and declares ${name} itself` });
    }
  }
  return issues;
}

function unknownNames(schema: TypeSchema, known: ReadonlySet<string>): Issue[] {
  const { title_field, body_field } = schema.display_hints ?? {};
  const named: [path: PropertyKey[], name: string | undefined][] = [
    ...schema.required.map((name, index): [PropertyKey[], string] => [['required', index], name]),
    [['display_hints', 'title_field'], title_field],
    [['display_hints', 'body_field'], body_field],
    ...Object.keys(schema.merge_policy?.fields ?? {}).map((name): [PropertyKey[], string] => [
      ['merge_policy', 'fields', name],
      name,
    ]),
  ];
  return named.flatMap(([path, name]) =>
    name === undefined || known.has(name)
      ? []
      : [{ path: toJsonPath(path), message: `neither the type nor its parents declare ${name}` }],
  );
}
