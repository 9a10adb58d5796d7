import type { IntegrationManifestInput } from '@withmarfa/shared';

type DeepReadonly<Value> = Value extends object ? { readonly [Key in keyof Value]: DeepReadonly<Value[Key]> } : Value;

/** The blocks of a manifest that have a default here, and may be left out. */
export type DefaultedBlock =
  | 'manifest_schema_version'
  | 'bidirectional_handling'
  | 'oauth_requirements'
  | 'webhook_verification'
  | 'runtime_compatibility';

/** A manifest as the author of a connector writes it; `completeManifest` makes the full one of it. */
export type ManifestDefinition = DeepReadonly<
  Omit<IntegrationManifestInput, DefaultedBlock> & Partial<Pick<IntegrationManifestInput, DefaultedBlock>>
>;
