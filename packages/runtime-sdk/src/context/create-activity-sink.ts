import { ActivityInputSchema, createItem, MarfaError, toIssues } from '@withmarfa/shared';
import type { MarfaCaller } from '../client/create-marfa-caller.ts';
import type { ActivitySink } from './connection-context.ts';

/** Makes the sink of one run: each row is a `system.activity` item that names the run's Connection. */
export function createActivitySink(options: { connection_id: string; call: MarfaCaller }): ActivitySink {
  return {
    async emit(activity) {
      const parsed = ActivityInputSchema.safeParse(activity);
      if (!parsed.success) {
        const issues = toIssues(parsed.error);
        throw new MarfaError(
          'validation_error',
          `The activity cannot be written: ${issues[0]?.path} ${issues[0]?.message}.`,
          { details: { issues } },
        );
      }
      const properties = { connection_id: options.connection_id, ...parsed.data };
      // Without a natural key a second attempt could tell the person the same thing twice.
      await options.call(createItem, {
        body: JSON.stringify({ type: 'system.activity', properties }),
        repeatable: false,
      });
    },
  };
}
