import { z } from 'zod';
import { SemverSchema, semverPatternUpToMajor } from '../identifiers/semver.ts';
import { NamePatternSchema, PublisherIdentifierSchema, TargetTypeSchema } from '../identifiers/type-identifier.ts';
import { BidirectionalHandlingSchema } from './bidirectional-handling.ts';
import { ConfigurationFieldSchema, ConfigurationSchemaSchema } from './configuration-schema.ts';
import { SINGLE_TRIGGERS, TriggerSchema } from './triggers.ts';

/** The manifest contract this release speaks. Minors are accepted, a higher major is refused. */
export const MANIFEST_SCHEMA_VERSION = '1.2.0';
export const SUPPORTED_MANIFEST_MAJOR = 1;

export const DirectionSchema = z.enum(['read', 'write', 'both']);
export const RuntimeTierSchema = z.enum(['hosted', 'self-hosted', 'local']);
export const WebhookMethodSchema = z.enum([
  'hmac-sha256',
  'slack',
  'stripe',
  'github',
  'google-channel',
  'cloudflare-email',
]);
export type Direction = z.infer<typeof DirectionSchema>;
export type RuntimeTier = z.infer<typeof RuntimeTierSchema>;

const CapabilitySchema = z
  .string()
  .regex(/^[a-z][a-z0-9_.-]{0,63}$/, 'expected a capability name such as calendar, at most 64 characters');

const line = (what: string) => z.string().min(1, `expected ${what}`).max(2000, 'at most 2000 characters');

/** The fields of a manifest, before the rules that span several of them. */
export const ManifestFieldsSchema = z.strictObject({
  name: PublisherIdentifierSchema.describe('Publisher-namespaced identifier; with version, the registration key.'),
  version: SemverSchema.describe('SemVer 2.0.0. In 0.x a minor bump counts as major.'),
  publisher: line('the name people see at install').describe('Human-readable publisher name.'),
  description: line('a one-line summary').describe('One-line summary shown at install.'),
  manifest_schema_version: z
    .string()
    .max(256, 'at most 256 characters')
    .regex(
      semverPatternUpToMajor(SUPPORTED_MANIFEST_MAJOR),
      `expected a semantic version of the manifest contract, major ${SUPPORTED_MANIFEST_MAJOR} at most, such as ${MANIFEST_SCHEMA_VERSION}`,
    )
    .describe('Version of the manifest contract itself.'),
  direction: DirectionSchema.describe('read: upstream to Marfa. write: Marfa to upstream. both.'),
  target_types: z.array(TargetTypeSchema).min(1, 'expected at least one type').describe('Item types read or written.'),
  triggers: z.array(TriggerSchema).min(1, 'expected at least one trigger').describe('What wakes the connector.'),
  runtime_compatibility: z
    .array(RuntimeTierSchema)
    .min(1, 'expected at least one tier')
    .describe('Tiers that can run it.'),
  bidirectional_handling: BidirectionalHandlingSchema,
  oauth_requirements: z
    .record(CapabilitySchema, z.enum(['proxy', 'leased']))
    .describe('Upstream OAuth capabilities: called through the proxy, or with a leased bearer. {} when none.'),
  token_requirements: z
    .record(CapabilitySchema, z.literal('required'))
    .optional()
    .describe('Upstream capabilities reached with a static API token.'),
  webhook_verification: z
    .strictObject({ method: WebhookMethodSchema })
    .describe('How inbound webhooks are verified; informational without a webhook trigger.'),
  permissions: z
    .strictObject({
      extension: z.record(NamePatternSchema, z.enum(['read', 'write'])).optional(),
      edge: z.record(NamePatternSchema, z.enum(['read', 'write'])).optional(),
    })
    .default({})
    .describe('Extension namespaces and edge types the connector needs beside its target types.'),
  configuration_schema: ConfigurationSchemaSchema.optional().describe('Settings asked for at install.'),
});

type ManifestFields = z.output<typeof ManifestFieldsSchema>;

/**
 * The manifest of an integration: strict, with every default filled on output.
 * Use `parseManifest` where the schema-version gate and readable faults are wanted.
 * @see the seed page on integrations, "The manifest contract"
 */
export const IntegrationManifestSchema = ManifestFieldsSchema.superRefine(
  (manifest, context) => {
    for (const issue of crossFieldIssues(manifest)) context.addIssue({ code: 'custom', ...issue });
  },
  // Else these rules would wait until every field has its type, and faults would be told in two rounds.
  { when: ({ value }) => isRecord(value) },
).transform((manifest) => ({
  ...manifest,
  bidirectional_handling: {
    ...manifest.bidirectional_handling,
    tombstone_mapping:
      manifest.bidirectional_handling.tombstone_mapping ??
      (manifest.direction === 'read' ? ('state-trashed' as const) : ('prompt-user' as const)),
  },
}));

/** A validated manifest, defaults filled. */
export type IntegrationManifest = z.output<typeof IntegrationManifestSchema>;
/** A manifest as an author writes it. */
export type IntegrationManifestInput = z.input<typeof IntegrationManifestSchema>;

interface Issue {
  path: (string | number)[];
  message: string;
}

/** A manifest whose fields may still have any type. */
type UncheckedFields = { [Field in keyof ManifestFields]?: unknown };

function crossFieldIssues(manifest: UncheckedFields): Issue[] {
  return [...repeatedTriggers(manifest), ...twoKindsOfCredential(manifest), ...wrongDefaults(manifest)];
}

function repeatedTriggers({ triggers }: UncheckedFields): Issue[] {
  const given = Array.isArray(triggers) ? triggers : [];
  return SINGLE_TRIGGERS.flatMap((type) => {
    const places = given.flatMap((trigger, index) => (isRecord(trigger) && trigger.type === type ? [index] : []));
    return places.slice(1).map((index) => ({
      path: ['triggers', index],
      message: `a manifest declares the ${type} trigger at most once`,
    }));
  });
}

function twoKindsOfCredential({ oauth_requirements, token_requirements }: UncheckedFields): Issue[] {
  return [oauth_requirements, token_requirements].every((asked) => isRecord(asked) && Object.keys(asked).length > 0)
    ? [{ path: ['token_requirements'], message: 'a connector needs an OAuth account or an API token, not both' }]
    : [];
}

function wrongDefaults({ configuration_schema, target_types }: UncheckedFields): Issue[] {
  if (!isRecord(configuration_schema)) return [];
  return Object.entries(configuration_schema).flatMap(([key, value]) => {
    const field = ConfigurationFieldSchema.safeParse(value).data;
    if (field === undefined || field.type === 'boolean' || field.default === undefined) return [];
    const isFromTargets = 'from_target_types' in field && field.from_target_types;
    const allowed: readonly unknown[] | undefined = isFromTargets ? listOf(target_types) : field.values;
    const given = Array.isArray(field.default) ? field.default : [field.default];
    if (!allowed || given.every((each) => allowed.includes(each))) return [];
    return [{ path: ['configuration_schema', key, 'default'], message: `expected one of ${allowed.join(', ')}` }];
  });
}

function listOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
