import { z } from 'zod';
import type { TodoistContext } from '../manifest.ts';

/** A command of the Sync API that makes a task, exactly as it is sent. */
const CreationSchema = z.looseObject({
  type: z.literal('item_add'),
  uuid: z.string(),
  temp_id: z.string(),
  args: z.record(z.string(), z.unknown()),
});
export type Creation = z.infer<typeof CreationSchema>;

const ExtensionSchema = z.looseObject({
  pending_writes: z.record(z.string(), CreationSchema).catch({}),
});

/**
 * Tasks that are being made, by the item they are for. This is written before Todoist is asked and outlives a crash,
 * which a cursor does not: a task that was made and never linked would come back as a stranger, and be kept twice.
 */
export interface PendingCreations {
  all(): Promise<Record<string, Creation>>;
  add(item: string, creation: Creation): Promise<void>;
  remove(items: readonly string[]): Promise<void>;
}

export function pendingCreations(ctx: TodoistContext): PendingCreations {
  async function read() {
    return ExtensionSchema.parse({ pending_writes: {}, ...(await ctx.marfa.readRuntimeExtension()) });
  }

  return {
    all: async () => (await read()).pending_writes,
    async add(item, creation) {
      const extension = await read();
      const pending_writes = { ...extension.pending_writes, [item]: creation };
      await ctx.marfa.writeRuntimeExtension({ ...extension, pending_writes });
    },
    async remove(items) {
      if (items.length === 0) return;
      const extension = await read();
      const rest = Object.entries(extension.pending_writes).filter(([item]) => !items.includes(item));
      await ctx.marfa.writeRuntimeExtension({ ...extension, pending_writes: Object.fromEntries(rest) });
    },
  };
}
