import {
  type CreateItemInput,
  defineConnector,
  type ManifestDefinition,
  registerManualHandler,
  registerScheduleHandler,
} from '@withmarfa/runtime-sdk';
import { expectTypeOf } from 'vitest';

const common = {
  name: 'acme.weather',
  version: '1.0.0',
  publisher: 'Acme',
  description: 'Saves the weather.',
  direction: 'read',
} as const;
const hourly = { type: 'schedule', config: { cron: '0 * * * *' } } as const;
const done = async () => ({ ok: true }) as const;

defineConnector({
  manifest: {
    ...common,
    target_types: ['acme.forecast', 'core.note'],
    triggers: [hourly, { type: 'manual' }],
    configuration_schema: {
      place: { type: 'string', description: 'Where.', required: true },
      days: { type: 'number', description: 'How many.', default: 3 },
      step: { type: 'number', description: 'In hours.', values: [1, 6] },
      alerts: { type: 'boolean', description: 'Whether to warn.' },
      unit: { type: 'string', description: 'Unit.', values: ['celsius', 'kelvin'], default: 'kelvin' },
      kinds: { type: 'string_array', description: 'Kinds.', values: ['rain', 'wind'], required: false },
      save_as: { type: 'string', description: 'Type.', from_target_types: true, required: true },
    },
  },
  schedule: async (ctx, message) => {
    expectTypeOf(ctx.configuration.place).toEqualTypeOf<string>();
    expectTypeOf(ctx.configuration.days).toEqualTypeOf<number>();
    expectTypeOf(ctx.configuration.step).toEqualTypeOf<1 | 6 | undefined>();
    expectTypeOf(ctx.configuration.alerts).toEqualTypeOf<boolean | undefined>();
    expectTypeOf(ctx.configuration.unit).toEqualTypeOf<'celsius' | 'kelvin'>();
    expectTypeOf(ctx.configuration.kinds).toEqualTypeOf<readonly ('rain' | 'wind')[] | undefined>();
    expectTypeOf(ctx.configuration.save_as).toEqualTypeOf<'acme.forecast' | 'core.note'>();
    expectTypeOf(ctx.configuration.upstream_base_url_override).toEqualTypeOf<string | undefined>();
    expectTypeOf(message.scheduled_for_ms).toEqualTypeOf<number>();
    // @ts-expect-error a setting that the manifest does not declare
    ctx.configuration.town;
    // @ts-expect-error settings belong to the person
    ctx.configuration.place = 'Here';
    await ctx.marfa.createItem({ type: 'acme.forecast', source_id: '1' });
    await ctx.marfa.createItem({ type: ctx.configuration.save_as, source_id: '2' });
    await ctx.marfa.bulkUpsert([{ type: 'core.note', source_id: '3' }]);
    // @ts-expect-error a type that the manifest does not target
    await ctx.marfa.createItem({ type: 'core.bookmark', source_id: '4' });
    // @ts-expect-error a type that the manifest does not target
    await ctx.marfa.bulkUpsert([{ type: 'core.task', source_id: '5' }]);
    // @ts-expect-error a subtype is another type; the manifest names it exactly or not at all
    await ctx.marfa.createItem({ type: 'core.note.daily', source_id: '6' });
    return { ok: true };
  },
});

// A connector without settings has none but the platform's own.
defineConnector({
  manifest: { ...common, target_types: ['core.note'], triggers: [hourly] },
  schedule: async (ctx) => {
    // @ts-expect-error a setting that the manifest does not declare
    ctx.configuration.place;
    return { ok: true };
  },
});

// Each kind of handler gets its own kind of message.
defineConnector({
  manifest: {
    ...common,
    target_types: ['core.note'],
    triggers: [hourly, { type: 'manual' }, { type: 'webhook' }, { type: 'item-event' }],
  },
  schedule: done,
  manual: async (_ctx, message) => {
    expectTypeOf(message.requested_by).toEqualTypeOf<string>();
    return { ok: true };
  },
  webhook: async (_ctx, delivery) => {
    expectTypeOf(delivery.body).toEqualTypeOf<ArrayBuffer>();
    return { ok: false, retry: true, reason: 'later', retry_after_seconds: 30 };
  },
  itemEvent: async (_ctx, event) => {
    expectTypeOf(event.cycle.hop_count).toEqualTypeOf<number>();
    return { ok: false, retry: false, reason: 'never' };
  },
});

// A hook beside a webhook trigger is given where to be told, and answers what it registered.
defineConnector({
  manifest: { ...common, target_types: ['core.note'], triggers: [{ type: 'webhook' }] },
  webhook: done,
  renew: async (ctx, { inbound, registrations }) => {
    expectTypeOf(inbound).toEqualTypeOf<{ receipt_url: string; secret: string } | null>();
    // @ts-expect-error a type that the manifest does not target
    await ctx.marfa.createItem({ type: 'core.bookmark' });
    return { ok: true, registrations: [...registrations] };
  },
});

defineConnector({
  manifest: { ...common, target_types: ['core.note'], triggers: [hourly] },
  schedule: done,
  // @ts-expect-error a renew hook where nothing is received
  renew: async () => ({ ok: true, registrations: [] }),
});

defineConnector(
  // @ts-expect-error a schedule trigger without its handler
  { manifest: { ...common, target_types: ['core.note'], triggers: [hourly] } },
);

defineConnector(
  // @ts-expect-error a manual trigger alone needs its own handler
  { manifest: { ...common, target_types: ['core.note'], triggers: [{ type: 'manual' }] } },
);

defineConnector({
  manifest: { ...common, target_types: ['core.note'], triggers: [hourly] },
  schedule: done,
  // @ts-expect-error a handler of a trigger that the manifest does not declare
  webhook: done,
});

defineConnector({
  manifest: { ...common, target_types: ['core.note'], triggers: [hourly] },
  // @ts-expect-error a handler that answers nothing
  schedule: async () => {},
});

defineConnector({
  manifest: { ...common, target_types: ['core.note'], triggers: [hourly] },
  // @ts-expect-error a handler that answers something else
  schedule: async () => ({ ok: true, retry: 'no' }) as { ok: string },
});

defineConnector({
  manifest: { ...common, target_types: ['core.note'], triggers: [hourly] },
  // @ts-expect-error a failure without a reason
  schedule: async () => ({ ok: false, retry: true }) as const,
});

defineConnector({
  manifest: {
    ...common,
    target_types: ['core.note'],
    // @ts-expect-error a schedule without its cron expression
    triggers: [{ type: 'schedule' }],
  },
});

defineConnector({
  manifest: {
    ...common,
    target_types: ['core.note'],
    triggers: [hourly],
    // @ts-expect-error a key that no manifest has
    colour: 'blue',
  },
  schedule: done,
});

defineConnector({
  manifest: {
    ...common,
    // @ts-expect-error a direction that no manifest has
    direction: 'sideways',
    target_types: ['core.note'],
    triggers: [hourly],
  },
  schedule: done,
});

// A manifest known only at run time is judged at run time.
defineConnector({
  manifest: {} as ManifestDefinition,
  schedule: async (ctx) => {
    expectTypeOf(ctx.configuration).toEqualTypeOf<Readonly<Record<string, unknown>>>();
    expectTypeOf(ctx.marfa.createItem).parameter(0).toHaveProperty('type').toEqualTypeOf<CreateItemInput['type']>();
    return { ok: true };
  },
});

// A manifest in a variable keeps its literals with `as const satisfies`.
const manifest = {
  ...common,
  target_types: ['core.note'],
  triggers: [{ type: 'webhook' }],
  configuration_schema: { place: { type: 'string', description: 'Where.', required: true } },
} as const satisfies ManifestDefinition;

defineConnector({
  manifest,
  webhook: async (ctx) => {
    expectTypeOf(ctx.configuration.place).toEqualTypeOf<string>();
    return { ok: true };
  },
});

registerManualHandler(done);
// @ts-expect-error a handler that answers nothing
registerScheduleHandler(async () => {});
// @ts-expect-error a handler that answers undefined
registerScheduleHandler(async () => undefined);
