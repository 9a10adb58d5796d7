import type { Issue } from '../errors/marfa-error.ts';
import { toJsonPath } from '../errors/validation-issues.ts';
import {
  type ConfigurationField,
  type ConfigurationSchema,
  RESERVED_CONFIGURATION_KEY,
} from './configuration-schema.ts';

export type ConfigurationResult = { ok: true; configuration: Record<string, unknown> } | { ok: false; issues: Issue[] };

/**
 * Checks a Connection's configuration against the manifest's `configuration_schema` and fills declared defaults.
 * @param options.targetTypes the manifest's target types, for fields with `from_target_types`.
 * @returns every fault at once; undeclared keys are faults, except the platform's own key.
 */
export function validateConfiguration(
  schema: ConfigurationSchema | undefined,
  configuration: Record<string, unknown>,
  options: { targetTypes: readonly string[] },
): ConfigurationResult {
  const fields = schema ?? {};
  const issues: Issue[] = [];
  const resolved: Record<string, unknown> = {};
  const at = (key: string) => toJsonPath(['configuration', key]);

  for (const key of Object.keys(configuration)) {
    if (Object.hasOwn(fields, key)) continue;
    if (key === RESERVED_CONFIGURATION_KEY) {
      const value = configuration[key];
      if (typeof value === 'string') resolved[key] = value;
      else issues.push({ path: at(key), message: 'expected a URL as text' });
      continue;
    }
    const known = Object.keys(fields).join(', ') || 'none';
    issues.push({ path: at(key), message: `unknown key; this integration's settings are: ${known}` });
  }
  for (const [key, field] of Object.entries(fields)) {
    const given = Object.hasOwn(configuration, key) ? configuration[key] : undefined;
    const value = given ?? field.default;
    if (value === undefined || value === null) {
      if (field.required) issues.push({ path: at(key), message: `required: ${field.description}` });
      continue;
    }
    const fault = judge(field, value, options.targetTypes);
    if (fault) issues.push({ path: at(key), message: fault });
    else resolved[key] = value;
  }
  return issues.length === 0 ? { ok: true, configuration: resolved } : { ok: false, issues };
}

function judge(field: ConfigurationField, value: unknown, targetTypes: readonly string[]): string | null {
  switch (field.type) {
    case 'boolean':
      return typeof value === 'boolean' ? null : 'expected true or false';
    case 'number':
      if (typeof value !== 'number' || !Number.isFinite(value)) return 'expected a number';
      return oneOf(field.values, [value]);
    case 'string':
      if (typeof value !== 'string') return 'expected text';
      if (field.required && value.trim() === '') return `required: ${field.description}`;
      return oneOf(field.from_target_types ? targetTypes : field.values, [value]);
    case 'string_array':
      if (!Array.isArray(value) || value.some((entry) => typeof entry !== 'string')) return 'expected a list of texts';
      if (field.required && value.length === 0) return `required: ${field.description}`;
      return oneOf(field.from_target_types ? targetTypes : field.values, value);
    default:
      return field satisfies never;
  }
}

function oneOf<Value extends string | number>(
  allowed: readonly Value[] | undefined,
  given: readonly Value[],
): string | null {
  if (!allowed || given.every((value) => allowed.includes(value))) return null;
  return `expected one of ${allowed.join(', ')}`;
}
