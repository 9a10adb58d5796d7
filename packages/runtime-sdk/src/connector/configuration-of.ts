import type { RESERVED_CONFIGURATION_KEY } from '@withmarfa/shared';
import type { ManifestDefinition } from './manifest-definition.ts';

type Fields = NonNullable<ManifestDefinition['configuration_schema']>;
type Flat<Shape> = { [Key in keyof Shape]: Shape[Key] };

/** The values a setting can have: its `values` where the manifest lists them, else any of its type. */
type ValueOf<Field, TargetType> = Field extends { readonly type: infer Type }
  ? Type extends 'boolean'
    ? boolean
    : Type extends 'number'
      ? Field extends { readonly values: readonly (infer Value extends number)[] }
        ? Value
        : number
      : Type extends 'string'
        ? TextOf<Field, TargetType>
        : Type extends 'string_array'
          ? readonly TextOf<Field, TargetType>[]
          : never
  : never;

type TextOf<Field, TargetType> = Field extends { readonly from_target_types: true }
  ? TargetType
  : Field extends { readonly values: readonly (infer Value extends string)[] }
    ? Value
    : string;

/** Settings that are always there: the required ones, and those with a default. */
type PresentKeys<Schema> = {
  [Key in keyof Schema]: Schema[Key] extends { readonly required: true } | { readonly default: unknown } ? Key : never;
}[keyof Schema];

type PlatformSettings = { readonly [Key in typeof RESERVED_CONFIGURATION_KEY]?: string };

type TypedSettings<Schema, TargetType> = Flat<
  { readonly [Key in PresentKeys<Schema>]: ValueOf<Schema[Key], TargetType> } & {
    readonly [Key in Exclude<keyof Schema, PresentKeys<Schema>>]?: ValueOf<Schema[Key], TargetType>;
  } & PlatformSettings
>;

/** What is known of the settings of a manifest whose schema was read at run time. */
type AnySettings = Readonly<Record<string, unknown>>;

/** The settings of a Connection, typed from its manifest's `configuration_schema`. */
export type ConfigurationOf<Manifest extends ManifestDefinition> = 'configuration_schema' extends keyof Manifest
  ? Manifest extends { readonly configuration_schema: infer Schema extends Fields }
    ? string extends keyof Schema
      ? AnySettings
      : TypedSettings<Schema, Manifest['target_types'][number]>
    : AnySettings
  : PlatformSettings;
