/** The right to drain one Connection's mailbox. `fence` rises with every holder; writes under an older one are refused. */
export interface Lease {
  connectionId: string;
  holder: string;
  fence: number;
}

export interface Leases {
  /** @returns null while another holder's lease lives. The same holder asking again is also another holder. */
  acquire(connectionId: string, holder: string, nowMs: number, ttlMs: number): Promise<Lease | null>;
  /** @returns false when the lease was taken over or released meanwhile. */
  renew(lease: Lease, nowMs: number, ttlMs: number): Promise<boolean>;
  /** Ends the lease if it is still the current one; what it left running can be claimed by the next one at once. */
  release(lease: Lease): Promise<void>;
}
