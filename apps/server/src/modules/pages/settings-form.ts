import type { ConfigurationField, ConfigurationSchema } from '@withmarfa/shared';
import { SETTING_PREFIX } from './views/configuration-fields.tsx';

/** @returns the settings of a posted form as texts, by their own names. */
export function settingTexts(fields: Record<string, string>): Record<string, string> {
  return withoutPrefix(fields, SETTING_PREFIX);
}

/** @returns the fields whose names begin with a prefix, without it. */
export function withoutPrefix(fields: Record<string, string>, prefix: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  );
}

/** @returns the settings of a posted form in their declared types. */
export function readConfiguration(
  schema: ConfigurationSchema | undefined,
  fields: Record<string, string>,
): Record<string, unknown> {
  const texts = settingTexts(fields);
  return Object.fromEntries(
    Object.entries(schema ?? {}).flatMap(([key, field]) => {
      const value = readSetting(field, texts[key]);
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

/** @returns settings as the texts that a form shows. */
export function toSettingTexts(configuration: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(configuration).map(([key, value]) => [key, Array.isArray(value) ? value.join('\n') : String(value)]),
  );
}

/** @returns the setting in its declared type; text that does not fit stays text, and is refused with its reason. */
function readSetting(field: ConfigurationField, text: string | undefined): unknown {
  const trimmed = text?.trim() ?? '';
  switch (field.type) {
    case 'boolean':
      return trimmed === 'true';
    case 'number':
      return trimmed === '' ? undefined : Number.isNaN(Number(trimmed)) ? trimmed : Number(trimmed);
    case 'string':
      return trimmed === '' ? undefined : trimmed;
    case 'string_array':
      return trimmed === ''
        ? undefined
        : trimmed
            .split(/\r?\n/)
            .map((line) => line.trim())
            .filter((line) => line !== '');
    default:
      return field satisfies never;
  }
}
