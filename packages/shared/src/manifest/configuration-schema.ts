import { z } from 'zod';

/** Longest text and most entries that a configuration value may have. */
const MAX_VALUES = 200;

const common = {
  description: z.string().min(1, 'expected one sentence for the person who fills the form'),
  required: z.boolean().optional(),
};
const values = z.array(z.string()).min(1).max(MAX_VALUES).optional().describe('The only values accepted.');
const fromTargetTypes = z.boolean().optional().describe("The only values accepted are the manifest's target_types.");

/** One setting that a person gives at install. */
export const ConfigurationFieldSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('string'),
    ...common,
    values,
    from_target_types: fromTargetTypes,
    default: z.string().optional(),
  }),
  z.strictObject({
    type: z.literal('number'),
    ...common,
    values: z.array(z.number()).min(1).max(MAX_VALUES).optional().describe('The only values accepted.'),
    default: z.number().optional(),
  }),
  z.strictObject({ type: z.literal('boolean'), ...common, default: z.boolean().optional() }),
  z.strictObject({
    type: z.literal('string_array'),
    ...common,
    values,
    from_target_types: fromTargetTypes,
    default: z.array(z.string()).optional(),
  }),
]);

export type ConfigurationField = z.infer<typeof ConfigurationFieldSchema>;

/** The one configuration key that the platform owns on every Connection. */
export const RESERVED_CONFIGURATION_KEY = 'upstream_base_url_override';

export const ConfigurationKeySchema = z
  .string()
  .regex(
    new RegExp(`^(?!${RESERVED_CONFIGURATION_KEY}$)[a-z][a-z0-9_]{0,63}$`),
    `expected a lower-case key such as feed_url; ${RESERVED_CONFIGURATION_KEY} belongs to the platform`,
  );

/** The settings of a connector, by key (manifest schema 1.2). Undeclared keys are refused at install. */
export const ConfigurationSchemaSchema = z.record(ConfigurationKeySchema, ConfigurationFieldSchema);
export type ConfigurationSchema = z.infer<typeof ConfigurationSchemaSchema>;
