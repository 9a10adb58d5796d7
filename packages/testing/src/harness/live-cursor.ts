import { type Cursor, createCursorStore } from '@withmarfa/runtime-sdk';

/** A cursor outside of any run: each change is kept at once, under the limits that hold in a run. */
export function liveCursor(values: Record<string, unknown>): Cursor {
  const { signal } = new AbortController();
  const open = () => createCursorStore(values, { signal });

  async function change(work: (cursor: Cursor) => Promise<void>): Promise<void> {
    const { cursor, changes } = open();
    await work(cursor);
    const { cursor_set, cursor_cleared } = changes();
    Object.assign(values, cursor_set);
    for (const key of cursor_cleared) delete values[key];
  }

  return {
    read: (key) => open().cursor.read(key),
    write: (key, value) => change((cursor) => cursor.write(key, value)),
    clear: (key) => change((cursor) => cursor.clear(key)),
  };
}
