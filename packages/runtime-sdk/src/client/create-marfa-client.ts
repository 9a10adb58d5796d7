import {
  createEdge,
  createItem,
  getItem,
  getItemExtension,
  type Item,
  type ItemEnvelope,
  type ListItemsQuery,
  leaseToken,
  listItems,
  putItemExtension,
  transitionItem,
  updateItem,
} from '@withmarfa/shared';
import { MarfaApiError } from '../errors/marfa-api-error.ts';
import { bulkUpsert } from './bulk-upsert.ts';
import type { MarfaCaller } from './create-marfa-caller.ts';
import type { ProxyCaller } from './create-proxy-caller.ts';
import type { MarfaClient } from './marfa-client.ts';

const RUNTIME_EXTENSION = 'connection.runtime';

/** What the calls of one client changed so far. */
export interface ItemCounts {
  items_created: number;
  items_updated: number;
}

/**
 * Makes the client of one run.
 * @param options.call carries each request; see `createMarfaCaller`.
 * @param options.proxy carries each call to the upstream; see `createProxyCaller`.
 * @returns the client, and the counts of what it changed, which grow as it is used.
 */
export function createMarfaClient(options: { connection_id: string; call: MarfaCaller; proxy: ProxyCaller }): {
  client: MarfaClient;
  counts: ItemCounts;
} {
  const { call, proxy, connection_id } = options;
  const counts: ItemCounts = { items_created: 0, items_updated: 0 };
  const extension = { id: connection_id, namespace: RUNTIME_EXTENSION };

  const client: MarfaClient = {
    async createItem(input) {
      const { status, body } = await call(createItem, {
        body: JSON.stringify(input),
        repeatable: input.source_id !== undefined,
      });
      const created = status === 201;
      if (created) counts.items_created += 1;
      else counts.items_updated += 1;
      return { ...body, created };
    },
    async getItem(id) {
      return nullWhenMissing(async () => (await call(getItem, { params: { id }, repeatable: true })).body);
    },
    async updateItem(id, input) {
      return countUpdate(call(updateItem, { params: { id }, body: JSON.stringify(input), repeatable: false }));
    },
    async listItems(query = {}) {
      const { body } = await call(listItems, { query: toSearchParams(query), repeatable: true });
      return { ...body, data: body.data.map((row): Item => ('item' in row ? row.item : row)) };
    },
    async transitionItem(id, state) {
      return countUpdate(call(transitionItem, { params: { id }, body: JSON.stringify({ state }), repeatable: false }));
    },
    async createEdge(input) {
      const { body } = await call(createEdge, { body: JSON.stringify(input), repeatable: false });
      return body.edge;
    },
    async ensureEdge(input) {
      try {
        await call(createEdge, { body: JSON.stringify(input), repeatable: true });
        return 'created';
      } catch (error) {
        if (isDuplicateEdge(error)) return 'exists';
        throw error;
      }
    },
    async bulkUpsert(items, bulkOptions = {}) {
      return bulkUpsert(items, {
        ...bulkOptions,
        call,
        onCounts(done) {
          counts.items_created += done.created;
          counts.items_updated += done.updated;
        },
      });
    },
    async readRuntimeExtension() {
      const { body } = await call(getItemExtension, { params: extension, repeatable: true });
      return body.data;
    },
    async writeRuntimeExtension(value) {
      await call(putItemExtension, { params: extension, body: JSON.stringify(value), repeatable: true });
    },
    proxyRequest: proxy,
    proxyRequestForm: (method, path, fields, more) => proxy(method, path, new URLSearchParams(fields), more),
    async leaseToken(capability_id, more = {}) {
      const { body } = await call(leaseToken, {
        params: { id: connection_id },
        body: JSON.stringify({ capability_id, ...more }),
        repeatable: true,
      });
      return body;
    },
  };

  async function countUpdate(answer: Promise<{ body: ItemEnvelope }>): Promise<ItemEnvelope> {
    const { body } = await answer;
    counts.items_updated += 1;
    return body;
  }

  return { client, counts };
}

async function nullWhenMissing<Value>(ask: () => Promise<Value>): Promise<Value | null> {
  try {
    return await ask();
  } catch (error) {
    if (MarfaApiError.is(error) && error.status === 404) return null;
    throw error;
  }
}

function isDuplicateEdge(error: unknown): boolean {
  return MarfaApiError.is(error, 'edge_constraint_violation') && error.details?.constraint === 'duplicate';
}

function toSearchParams(query: Partial<ListItemsQuery>): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  return search;
}
