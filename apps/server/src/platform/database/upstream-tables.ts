/** Of accounts elsewhere and what opens them. */
export interface UpstreamTables {
  /** What opens an upstream; the id is that of its `system.credential`. */
  upstream_credentials: {
    id: string;
    space_id: string;
    kind: string;
    label: string;
    /** Names the provider in callback addresses. */
    provider: string;
    /** JSON of what may be shown. */
    config: string;
    /** Sealed. */
    secret: string;
    /** How the token endpoint wants the client to authenticate, once that is known. */
    auth_method: string | null;
    created_at: string;
    updated_at: string;
  };
  /** What a person granted a Connection at its upstream, at most one grant each. */
  upstream_tokens: {
    connection_id: string;
    space_id: string;
    credential_id: string;
    /** Sealed, like the refresh token. */
    access_token: string;
    refresh_token: string | null;
    token_type: string;
    scope: string | null;
    /** Whose account it is, where the upstream told. */
    account: string | null;
    obtained_at_ms: number;
    /** Null when the upstream did not tell. */
    expires_at_ms: number | null;
    /** Rises with every token that replaces this one. */
    generation: number;
    /** Who may renew it at the moment: the holder of the newest fence, until the lease ends. */
    holder: string;
    fence: number;
    lease_expires_at_ms: number;
    /** Renewals that failed in a row, and when the next may be tried. */
    failures: number;
    retry_at_ms: number;
  };
  /** A journal of calls to token endpoints: written before each call, and ended after it. */
  token_calls: {
    id: string;
    space_id: string;
    connection_id: string;
    grant_type: string;
    /** The tokens that it was to replace; 0 for the first. */
    generation: number;
    fence: number;
    started_at_ms: number;
    finished_at_ms: number | null;
    /** Null while it is under way, or for ever when its process ended. */
    outcome: string | null;
    reason: string | null;
  };
  /** What processes have learned of the limits of upstream accounts, which `name` is a hash of. */
  upstream_budgets: { name: string; knowledge: string; told_at_ms: number };
  leases: {
    id: string;
    space_id: string;
    connection_id: string;
    hash: string;
    capability_id: string;
    scopes: string;
    expires_at_ms: number;
    revoked_at: string | null;
    created_at: string;
  };
}
