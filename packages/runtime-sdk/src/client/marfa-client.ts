import type {
  BulkResult,
  CreateEdgeInput,
  CreateItemInput,
  Edge,
  IssuedLease,
  Item,
  ItemEnvelope,
  LeaseInput,
  ListItemsQuery,
  UpdateItemInput,
} from '@withmarfa/shared';
import type { ProxyBody, ProxyRequestOptions } from './proxy-request.ts';

/** Options of {@link MarfaClient.bulkUpsert}. */
export interface BulkUpsertOptions {
  /** Default true: all or none, of the items that go in one call. */
  atomic?: boolean;
  /** Default true: each change wakes connectors that watch the type. */
  emit_events?: boolean;
}

/**
 * The space as a connector sees it, under its runtime credential. Every call refreshes the credential when it is about
 * to end. Faults throw `MarfaApiError {status, code, details}`; a Connection that is gone throws `ConnectionGoneError`.
 */
export interface MarfaClient<Input extends CreateItemInput = CreateItemInput> {
  /** Creates an item, or updates the one with the same `source_id`. */
  createItem(input: Input): Promise<ItemEnvelope & { created: boolean }>;
  /** @returns null when there is no such item. */
  getItem(id: string): Promise<ItemEnvelope | null>;
  updateItem(id: string, input: UpdateItemInput): Promise<ItemEnvelope>;
  /** One page. `include` adds `edges` and `extensions` to the items; tags come with {@link MarfaClient.getItem}. */
  listItems(query?: Partial<ListItemsQuery>): Promise<{ data: Item[]; cursor: string | null; has_more: boolean }>;
  transitionItem(id: string, state: 'active' | 'archived' | 'trashed'): Promise<ItemEnvelope>;
  createEdge(input: CreateEdgeInput): Promise<Edge>;
  /** @returns `exists` when the same edge is there already. */
  ensureEdge(input: CreateEdgeInput): Promise<'created' | 'exists'>;
  /**
   * Creates or updates many items, in calls of at most 500 items and 4 MB; unchanged ones are skipped. Each call is
   * atomic by itself; `index` in the results counts through all items.
   */
  bulkUpsert(items: readonly Input[], options?: BulkUpsertOptions): Promise<BulkResult>;
  /** The connector's own extension on its Connection, `connection.runtime`. */
  readRuntimeExtension(): Promise<Record<string, unknown> | null>;
  writeRuntimeExtension(value: Record<string, unknown>): Promise<void>;
  /**
   * Calls the upstream of this Connection through Marfa, which adds the account's credential; the connector never sees it.
   * @param path below the upstream's base address, with its query, such as `calendars/primary/events?maxResults=50`.
   *   Encode each part that comes from elsewhere with `encodeURIComponent`.
   * @param body text and bytes go as they are, `URLSearchParams` as a form, `null` as none, everything else as JSON.
   * @returns the upstream's answer as it is, whatever its status; its body comes as it is read.
   * @throws MarfaApiError when Marfa itself refuses: `reauth_required` until a person has connected the account again,
   *   `upstream_unreachable`, `oauth_proxy_upstream_invalid`, `payload_too_large`, `forbidden`.
   * @throws MarfaError `validation_error` for a path or a body that could not arrive as it was meant.
   */
  proxyRequest(method: string, path: string, body?: ProxyBody, options?: ProxyRequestOptions): Promise<Response>;
  /** As {@link MarfaClient.proxyRequest}, with a body of form fields. */
  proxyRequestForm(
    method: string,
    path: string,
    fields: Record<string, string>,
    options?: ProxyRequestOptions,
  ): Promise<Response>;
  /**
   * Leases a short-lived bearer of the upstream, for calls that the proxy cannot carry.
   * @param capability declared `leased` in the manifest.
   * @throws MarfaApiError `capability_not_leased`, `reauth_required`.
   */
  leaseToken(capability: string, options?: Omit<LeaseInput, 'capability_id'>): Promise<IssuedLease>;
}
