import type { RuntimeCredential } from '../host/protocol.ts';

/** Where the client gets its bearer from: the host, which alone can mint one. */
export interface CredentialProvider {
  /** @returns the credential to use at this moment. */
  current(): RuntimeCredential;
  /**
   * Asks the host for a fresh credential.
   * @returns null when the Connection is gone.
   * @throws when the host could not be asked; trying again later may help.
   */
  refresh(): Promise<RuntimeCredential | null>;
}
