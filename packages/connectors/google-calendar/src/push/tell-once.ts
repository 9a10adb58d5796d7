import type { CalendarContext } from '../manifest.ts';

/** Under which key it is kept what was told. */
const PUSH_KEY = 'push';

/** Tells the person why changes come by the schedule alone, and again only when it is another reason. */
export async function tellOnce(
  ctx: Pick<CalendarContext, 'activity' | 'cursor'>,
  told: { summary: string; detail: Record<string, unknown> } | null,
): Promise<void> {
  if (told === null) return ctx.cursor.clear(PUSH_KEY);
  const key = JSON.stringify(told);
  if ((await ctx.cursor.read(PUSH_KEY)) === key) return;
  await ctx.activity.emit({ severity: 'warning', ...told });
  await ctx.cursor.write(PUSH_KEY, key);
}
