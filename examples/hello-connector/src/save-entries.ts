import { type ConnectionContext, type HandlerResult, readBody } from '@withmarfa/runtime-sdk';
import { z } from 'zod';

const MAX_BYTES = 1_000_000;

/** What the endpoint answers. Lenient: an upstream may add members, and we do not mind. */
const EntriesSchema = z.array(
  z.looseObject({ id: z.string().min(1), title: z.string(), text: z.string().default('') }),
);

/** What this handler asks of its context; a test can give it as much, and no more. */
type Context = Pick<ConnectionContext, 'marfa' | 'fetch' | 'signal' | 'log'>;

/** Reads the list and keeps each entry as a note. The entry's id is the `source_id`, so a second run changes nothing. */
export async function saveEntries(ctx: Context, endpointUrl: string): Promise<HandlerResult> {
  const response = await ctx.fetch(endpointUrl, { signal: ctx.signal, headers: { accept: 'application/json' } });
  if (response.status >= 500) return { ok: false, retry: true, reason: `the endpoint answered ${response.status}` };
  if (!response.ok) return { ok: false, retry: false, reason: `the endpoint answered ${response.status}` };

  const text = new TextDecoder().decode(await readBody(response, { maxBytes: MAX_BYTES, signal: ctx.signal }));
  const entries = parseEntries(text);
  if (entries === null) return { ok: false, retry: false, reason: 'the endpoint did not answer a list of entries' };

  const { counts } = await ctx.marfa.bulkUpsert(
    entries.map(({ id, title, text: body }) => ({ type: 'core.note', source_id: id, properties: { title, body } })),
  );
  ctx.log.info('entries saved', { ...counts });
  return { ok: true };
}

function parseEntries(text: string) {
  try {
    return EntriesSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
