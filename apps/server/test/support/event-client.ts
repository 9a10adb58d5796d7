import { waitFor } from './start-server.ts';

/** One record of an event stream, as a client takes it. */
export interface EventRecord {
  id: string;
  event: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came back.
  data: any;
}

/** A client of `GET /events` that keeps everything it is told. */
export interface EventClient {
  headers: Headers;
  records: EventRecord[];
  comments: string[];
  /** What a client that comes back sends as `Last-Event-ID`. */
  lastId(): string;
  isClosed(): boolean;
  /** Waits until this many records are there. @returns all of them. */
  wait(count: number): Promise<EventRecord[]>;
  waitUntilClosed(): Promise<void>;
  close(): void;
}

/** Follows a space. Resolves once the server has said where the stream begins; so what is written after is told. */
export async function follow(
  url: string,
  key: string,
  { query = '', lastEventId }: { query?: string; lastEventId?: string } = {},
): Promise<EventClient> {
  const controller = new AbortController();
  const response = await fetch(`${url}/events${query}`, {
    signal: controller.signal,
    headers: { authorization: `Bearer ${key}`, ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) },
  });
  if (response.status !== 200 || !response.body)
    throw new Error(`no stream: ${response.status} ${await response.text()}`);
  const records: EventRecord[] = [];
  const comments: string[] = [];
  let lastId = '';
  let closed = false;

  function take(block: string): void {
    const fields = new Map<string, string>();
    for (const line of block.split('\n')) {
      if (line.startsWith(':')) comments.push(line.slice(1).trim());
      else fields.set(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2));
    }
    lastId = fields.get('id') ?? lastId;
    const data = fields.get('data');
    if (data !== undefined)
      records.push({ id: lastId, event: fields.get('event') ?? 'message', data: JSON.parse(data) });
  }

  async function read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of body) {
      const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) take(block);
    }
  }
  void read(response.body)
    .catch(() => undefined)
    .finally(() => {
      closed = true;
    });
  await waitFor(() => lastId !== '' || records.length > 0 || closed);
  return {
    headers: response.headers,
    records,
    comments,
    lastId: () => lastId,
    isClosed: () => closed,
    async wait(count) {
      await waitFor(() => records.length >= count || closed);
      if (records.length < count) throw new Error(`the stream closed after ${records.length} of ${count} records`);
      return records;
    },
    async waitUntilClosed() {
      await waitFor(() => closed);
    },
    close: () => controller.abort(),
  };
}
