/** One page of a list. */
export interface Page<Row> {
  data: Row[];
  cursor: string | null;
  has_more: boolean;
}

/** A list that is fetched page by page while it is read: `for await (const row of list)`. */
export interface List<Row> extends AsyncIterable<Row> {
  /** @returns the first page alone; give its `cursor` to get the next. */
  page(): Promise<Page<Row>>;
  /** Every page, one after the other. */
  pages(): AsyncIterable<Page<Row>>;
}

/** @param fetchPage asks for the page after `cursor`; undefined asks for the first. */
export function createList<Row>(fetchPage: (cursor: string | undefined) => Promise<Page<Row>>): List<Row> {
  async function* pages(): AsyncGenerator<Page<Row>> {
    let cursor: string | undefined;
    for (;;) {
      const page = await fetchPage(cursor);
      yield page;
      if (!page.has_more || page.cursor === null) return;
      cursor = page.cursor;
    }
  }
  return {
    page: () => fetchPage(undefined),
    pages,
    async *[Symbol.asyncIterator]() {
      for await (const page of pages()) yield* page.data;
    },
  };
}
