import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** What the client does on every platform: writes a note, reads it back in a list, and sees it arrive as an event. */
const SMOKE = `
import { createClient, MarfaApiError } from '@withmarfa/client';

export async function smoke({ baseUrl, token }) {
  const client = createClient({ baseUrl, token });
  const stop = new AbortController();
  const events = client.events.subscribe({ types: ['core.note'], events: ['item.created'], signal: stop.signal });
  let event;
  const arrival = (async () => {
    for await (const each of events) { event = each; break; }
  })();
  // The subscription counts from when the server has it, which only an event can tell.
  let item;
  for (let count = 0; count < 1000 && !event; count += 1)
    ({ item } = await client.items.create({ type: 'core.note', properties: { title: 'Written elsewhere' } }));
  await arrival;
  const titles = new Set();
  for await (const note of client.items.list({ type: 'core.note', limit: 200 })) titles.add(note.properties.title);
  const missing = await client.items.get('01980e6c-7d6a-7c3e-9f5b-2b7f3b0a9c11').catch((error) => error);
  return {
    created: item.type,
    titles: [...titles],
    event: event.event,
    title: event.data.properties.title,
    refusal: MarfaApiError.is(missing, 'item_not_found') ? missing.status : String(missing),
  };
}
`;

/** Bundles the client with what it is to do, as an application's build would. @param entry what calls `smoke`. */
export async function bundleClient(entry: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: `${SMOKE}\n${entry}`, resolveDir: fileURLToPath(new URL('../..', import.meta.url)) },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['@withmarfa/source', 'import'],
    target: 'es2022',
  });
  return outputFiles[0]?.text ?? '';
}

/** What {@link SMOKE} answers where everything works. */
export const WORKS = {
  created: 'core.note',
  titles: ['Written elsewhere'],
  event: 'item.created',
  title: 'Written elsewhere',
  refusal: 404,
};
