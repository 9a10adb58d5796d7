import type { ColumnType, Generated } from 'kysely';
import type { InboundTables } from './inbound-tables.ts';
import type { RenewalTables } from './renewal-tables.ts';
import type { UpstreamTables } from './upstream-tables.ts';

/*
 * Times are ISO 8601 text in UTC, except where a name ends in `_ms`. JSON is text: what is stored is what goes on the
 * wire. Flags are 0 and 1. Every table that belongs to a space carries `space_id`.
 */

export interface Tables extends InboundTables, RenewalTables, UpstreamTables {
  settings: { key: string; value: string };
  spaces: {
    id: string;
    name: string;
    created_at: string;
    /** Rises with every change of the space's types, edge types and configuration. */
    revision: Generated<number>;
    config: Generated<string>;
  };
  space_types: { space_id: string; id: string; schema: string; created_at: string; updated_at: string };
  space_edge_types: { space_id: string; id: string; schema: string; created_at: string };
  items: {
    id: string;
    space_id: string;
    type: string;
    properties: string;
    state: string;
    tier: string | null;
    version: number;
    schema_version: string;
    source: string;
    source_id: string | null;
    device: string | null;
    capture_latitude: number | null;
    capture_longitude: number | null;
    timestamp: string;
    created_at: string;
    updated_at: string;
  };
  item_versions: {
    item_id: string;
    space_id: string;
    version: number;
    properties: string;
    device: string | null;
    created_at: string;
  };
  item_tags: { item_id: string; space_id: string; tag: string };
  item_extensions: { item_id: string; space_id: string; namespace: string; data: string };
  edges: {
    id: string;
    space_id: string;
    source_id: string;
    target_id: string;
    edge_type: string;
    properties: string;
    created_at: string;
    updated_at: string;
  };
  api_keys: {
    id: string;
    space_id: string;
    credential_id: string;
    hash: string;
    label: string;
    source: string;
    role: string;
    default_tier: string;
    is_platform: number;
    type_permissions: string;
    extension_permissions: string;
    edge_permissions: string;
    metadata_permissions: string;
    connection_id: string | null;
    /** Of runtime credentials: the chain that what is written with them belongs to. */
    cycle_origin: string | null;
    cycle_hop: number | null;
    expires_at_ms: number | null;
    revoked_at: string | null;
    created_at: string;
    last_used_at: string | null;
  };
  audit_log: {
    id: string;
    space_id: string;
    timestamp: string;
    key_id: string | null;
    action: string;
    resource_type: string;
    resource_id: string | null;
    client_ip: string | null;
    details: string;
  };
  integrations: { id: string; name: string; version_key: string; content_hash: string };
  connections: {
    id: string;
    space_id: string;
    integration_id: string;
    integration_name: string;
    integration_version: string;
    credential_id: string;
    source: string;
    label: string;
    active: number;
    runtime_status: string;
    consecutive_failures: number;
    action_required: number;
    last_sync_at_ms: number | null;
    last_error_at_ms: number | null;
    type_permissions: string;
    extension_permissions: string;
    edge_permissions: string;
    configuration: string;
    crons: string;
    cursors: string;
    /** The upstream credential; null when none is needed. */
    credential_ref: string | null;
    /** JSON of what was consented to, where that is less than the manifest asks for. */
    consent: Generated<string>;
    /** Why a person has to connect the account again; null while nobody has to. */
    reauth_reason: string | null;
    /** The open `action_required` row that says so. */
    reauth_activity_id: string | null;
    feed_activity: Generated<number>;
    /** Null while nothing is armed: no schedule trigger, disarmed, or revoked. */
    tick_at_ms: number | null;
    due_at_ms: number | null;
    /** The place in the event log behind which it is told of items; null when it has not been granted that. */
    told_since_tx: number | null;
    told_since_seq: number | null;
    /** JSON of the newest deliveries that its handler has dealt with, by their senders' ids. */
    handled_deliveries: Generated<string>;
  };
  /** When a Connection was last warned of something, so that it is not told over and over. */
  connection_warnings: { connection_id: string; kind: string; told_at_ms: number };
  mailbox_messages: {
    seq: Generated<number>;
    id: string;
    space_id: string;
    connection_id: string;
    payload: string;
    subject: string | null;
    coalesce_key: string | null;
    state: string;
    attempt: number;
    fence: number;
    not_before_ms: number;
    queued_at_ms: number;
    reason: string | null;
    kind: string;
    /** Of a webhook: where its headers and its body are kept. */
    receipt_id: string | null;
    first_failed_at_ms: number | null;
    last_failed_at_ms: number | null;
  };
  mailbox_keys: { connection_id: string; dedupe_key: string; accepted_at_ms: number };
  connection_leases: { connection_id: string; holder: string; fence: number; expires_at_ms: number };
  runs: {
    id: string;
    space_id: string;
    connection_id: string;
    trigger: string;
    status: string;
    attempt: number;
    queued_at: string;
    started_at: string | null;
    finished_at: string | null;
    error: string | null;
    items_created: number;
    items_updated: number;
    /** The run whose message it handles again. */
    replay_of: string | null;
  };
  idempotency_keys: {
    id: string;
    space_id: string;
    request_hash: string;
    status: number;
    answer: string;
    created_at_ms: number;
  };
  blobs: { space_id: string; hash: string; mime_type: string; size: number; created_at: string };
  space_members: { user_id: string; space_id: string; key_id: string; created_at: string };
  /** Public names of people. */
  handles: { handle: string; user_id: string };
  /** What people who have not confirmed their address yet want to be called. */
  wanted_handles: { user_id: string; handle: string };
  events: {
    /** Of the transaction that wrote it, on Postgres; 0 on SQLite. Filled in by the database. */
    tx: Generated<number>;
    seq: Generated<number>;
    id: string;
    space_id: string;
    event: string;
    /** The item or edge it is about. */
    subject_id: string;
    /** The item's type; of an edge, its source's. */
    type: string;
    /** Of an edge: its target's type. */
    other_type: string | null;
    edge_type: string | null;
    /** The Connection whose credential made the change. */
    origin_connection_id: string | null;
    /** Where the chain began that the change belongs to; null for a person. */
    cycle_origin_id: string | null;
    /** Steps that connectors have taken in that chain. */
    hop_count: number;
    payload: string;
    /** When it was written, by the clock of the database. */
    created_at: Generated<string>;
  };
  webhooks: {
    id: string;
    space_id: string;
    url: string;
    events: string;
    type_filter: string | null;
    /** Sealed. */
    secret: string;
    active: number;
    /** The end of the log when it was activated: what came before is none of its business. */
    since_tx: number;
    since_seq: number;
    /** JSON of which changes had been made then, though not all of them were settled. */
    since_present: string | null;
    created_at: string;
    updated_at: string;
  };
  webhook_deliveries: {
    id: string;
    space_id: string;
    webhook_id: string;
    event_id: string;
    event: string;
    body: string;
    status: string;
    attempts: number;
    response_status: number | null;
    failure: string | null;
    /** When it is sent next, or, while it is being sent, when others may take it for abandoned; null for never. */
    due_at_ms: number | null;
    claim: string | null;
    created_at: string;
    last_attempt_at: string | null;
  };
  /** Of the auth library, like everything with names in camelCase; JSON comes parsed from Postgres, as text from SQLite. */
  oauth_clients: {
    id: string;
    clientId: string;
    clientSecret: string | null;
    name: string | null;
    uri: string | null;
    redirectUris: JsonColumn<string[]>;
    grantTypes: JsonColumn<string[]> | null;
    responseTypes: JsonColumn<string[]> | null;
    tokenEndpointAuthMethod: string | null;
    clientCredentialsScopes: JsonColumn<string[]> | null;
    createdAt: LibraryDate;
    updatedAt: LibraryDate;
  };
  oauth_access_tokens: {
    id: string;
    token: string;
    clientId: string;
    userId: string | null;
    authorizationCodeId: string | null;
    refreshId: string | null;
    scopes: JsonColumn<string[]>;
    createdAt: LibraryDate;
    expiresAt: LibraryDate;
  };
  oauth_refresh_tokens: {
    id: string;
    token: string;
    clientId: string;
    userId: string;
    authorizationCodeId: string | null;
    scopes: JsonColumn<string[]>;
    createdAt: LibraryDate;
    expiresAt: LibraryDate;
    revoked: LibraryDate | null;
    rotatedAt: LibraryDate | null;
  };
  oauth_consents: { id: string; clientId: string; userId: string | null };
  oauth_client_settings: {
    client_id: string;
    /** `dynamic` for clients that registered themselves, `admin` for those that an operator made. */
    origin: string;
    /** Where a token without a user acts. */
    space_id: string;
    /** What the client may ask for at the most; null for no limit of its own. */
    scope: string | null;
    extension_permissions: string;
    created_at_ms: number;
    /** When it first got a token; null until then. */
    used_at_ms: number | null;
  };
  /** What a person lets an app do, while they do. The id is that of its `system.connection`. */
  app_grants: {
    id: string;
    space_id: string;
    user_id: string;
    client_id: string;
    source: string;
    scopes: string;
    granted_at: string;
    last_used_at: string | null;
  };
  device_codes: {
    device_hash: string;
    user_code: string;
    client_id: string;
    /** What was asked for; once approved, what was granted. */
    scope: string;
    status: string;
    user_id: string | null;
    auth_time_ms: number | null;
    interval_seconds: number;
    polled_at_ms: number | null;
    expires_at_ms: number;
  };
  spent_forms: { id: string; expires_at_ms: number };
}

/** A JSON column of the auth library: text on SQLite, parsed by the driver on Postgres; written as text on both. */
export type JsonColumn<Value> = ColumnType<Value | string, string, string>;
/** A time of the auth library: ISO text on SQLite, a Date on Postgres; written as ISO text on both. */
export type LibraryDate = ColumnType<Date | string, string, string>;
