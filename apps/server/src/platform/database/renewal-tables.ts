/** Of what Connections have registered at their upstreams. */
export interface RenewalTables {
  /** There from the end of a Connection's first renewal until it is uninstalled. */
  connection_renewals: {
    connection_id: string;
    space_id: string;
    /** JSON of everything that its connector has registered, as it said last. */
    registrations: string;
    /** When it is renewed next; null while its message is under way, and when nothing ends. */
    due_at_ms: number | null;
    /** The open `action_required` row about a renewal that could not be done. */
    told_activity_id: string | null;
  };
}
