import type { ConfigurationField, ConfigurationSchema } from '@withmarfa/shared';
import { Field } from './field.tsx';

export interface ConfigurationFieldsProps {
  schema: ConfigurationSchema;
  targetTypes: readonly string[];
  values: Readonly<Record<string, string>>;
  faults: Readonly<Record<string, string>>;
}

/** Prefix of the form names of settings, so that none can pass for one of the form's own fields. */
export const SETTING_PREFIX = 'setting.';

/** The form controls of an integration's settings, made from its `configuration_schema`. */
export function ConfigurationFields({ schema, targetTypes, values, faults }: ConfigurationFieldsProps) {
  return (
    <>
      {Object.entries(schema).map(([key, field]) => (
        <Setting
          key={key}
          name={key}
          field={field}
          targetTypes={targetTypes}
          value={values[key] ?? defaultText(field)}
          fault={faults[key]}
        />
      ))}
    </>
  );
}

interface SettingProps {
  name: string;
  field: ConfigurationField;
  targetTypes: readonly string[];
  value: string;
  fault: string | undefined;
}

function Setting({ name, field, targetTypes, value, fault }: SettingProps) {
  const formName = `${SETTING_PREFIX}${name}`;
  const common = {
    label: settingLabel(name),
    name: formName,
    hint: field.description,
    fault,
    required: field.required === true,
  };
  const choices = choicesOf(field, targetTypes);
  switch (field.type) {
    case 'boolean':
      return (
        <Field {...common} required>
          <input type="checkbox" id={formName} name={formName} value="true" checked={value === 'true'} />
        </Field>
      );
    case 'string_array':
      return (
        <Field
          {...common}
          hint={`${field.description} One per line.${choices ? ` Choose from: ${choices.join(', ')}.` : ''}`}
        >
          <textarea id={formName} name={formName} rows={4}>
            {value}
          </textarea>
        </Field>
      );
    case 'string':
    case 'number':
      if (choices) {
        return (
          <Field {...common}>
            <select id={formName} name={formName}>
              {field.required ? null : <option value="">—</option>}
              {choices.map((choice) => (
                <option key={choice} value={choice} selected={choice === value}>
                  {choice}
                </option>
              ))}
            </select>
          </Field>
        );
      }
      return (
        <Field
          {...common}
          input={
            field.type === 'number'
              ? { value, type: 'number', step: 'any' }
              : { value, type: 'text', autocomplete: 'off' }
          }
        />
      );
    default:
      return field satisfies never;
  }
}

function choicesOf(field: ConfigurationField, targetTypes: readonly string[]): string[] | null {
  if (field.type === 'boolean') return null;
  if ('from_target_types' in field && field.from_target_types) return [...targetTypes];
  return field.values ? field.values.map(String) : null;
}

function defaultText(field: ConfigurationField): string {
  if (field.default === undefined) return '';
  return Array.isArray(field.default) ? field.default.join('\n') : String(field.default);
}

const ACRONYMS = /\b(url|id|api|html|rss)\b/g;

/** `feed_url` as people read it: Feed URL. */
export function settingLabel(key: string): string {
  return key
    .replaceAll('_', ' ')
    .replace(ACRONYMS, (word) => word.toUpperCase())
    .replace(/^./, (letter) => letter.toUpperCase());
}
