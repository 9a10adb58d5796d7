/** The most items, and bytes of their JSON, that one bulk call of this client carries. */
export const BULK_CALL_ITEMS = 500;
export const BULK_CALL_BYTES = 4 * 1024 * 1024;

export interface BulkCall {
  /** Index of the first item among all items. */
  offset: number;
  /** Each item as JSON text. */
  items: string[];
}

/** Cuts items into calls of a size that a server takes; an item that is too large by itself gets a call of its own. */
export function splitBulk(items: readonly unknown[]): BulkCall[] {
  const encoder = new TextEncoder();
  const calls: BulkCall[] = [];
  let call: BulkCall | undefined;
  let bytes = 0;
  for (const [index, item] of items.entries()) {
    const text = JSON.stringify(item);
    const size = encoder.encode(text).length + 1;
    if (call === undefined || call.items.length === BULK_CALL_ITEMS || bytes + size > BULK_CALL_BYTES) {
      call = { offset: index, items: [] };
      calls.push(call);
      bytes = 0;
    }
    call.items.push(text);
    bytes += size;
  }
  return calls;
}
