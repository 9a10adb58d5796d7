/** Of inbound webhooks and what they receive. */
export interface InboundTables {
  /** Where services tell Connections of what happens; the secrets lie beside. */
  inbound_webhooks: {
    id: string;
    space_id: string;
    connection_id: string;
    method: string;
    external_service_id: string | null;
    events: string;
    disabled: number;
    /** Disabled for good. */
    removed: number;
    created_at: string;
    updated_at: string;
  };
  inbound_webhook_secrets: {
    id: string;
    inbound_webhook_id: string;
    /** Sealed. */
    secret: string;
    /** Null while it is the newest. */
    expires_at_ms: number | null;
  };
  /** What was received, genuine or not; of what was not, the newest alone and only their beginnings. */
  inbound_deliveries: {
    id: string;
    space_id: string;
    connection_id: string;
    inbound_webhook_id: string | null;
    /** The sender's id, which claims its place where the delivery is genuine. */
    external_delivery_id: string | null;
    verified: number;
    /** Why it was refused. */
    reason: string | null;
    headers: string;
    body: Uint8Array;
    /** As it was sent. */
    size_bytes: number;
    received_at_ms: number;
    /** The newest run that handles it. */
    run_id: string | null;
  };
}
