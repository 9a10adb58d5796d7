import { MarfaError } from '@withmarfa/shared';
import { z } from 'zod';
import type { SecretBox } from '../../platform/secret-box.ts';

const PURPOSE = 'oauthState';
/** No row holds a state: it lies with the browser. */
const NOWHERE = 'state';

const StateSchema = z.object({
  v: z.literal(1),
  connection_id: z.string(),
  tenant_id: z.string(),
  provider: z.string(),
  redirect_uri: z.string(),
  code_verifier: z.string(),
  nonce: z.string(),
  exp: z.number(),
  /** The person who began in a browser, who alone may finish; absent when a key began. */
  user_id: z.string().optional(),
  /** The credential as it was, so that a code is not exchanged with another client. */
  credential_id: z.string(),
});

/** What one attempt to connect an account carries through the browser, sealed. `exp` is in milliseconds since the epoch. */
export type OAuthState = z.infer<typeof StateSchema>;

/** Seals a state: nobody reads or changes it on its way, the verifier of PKCE included. */
export function sealState(box: SecretBox, state: OAuthState): string {
  return box.seal(PURPOSE, NOWHERE, JSON.stringify(state));
}

/** @throws MarfaError `invalid_state` for what this server did not seal, and for what has expired. */
export function openState(box: SecretBox, text: string, nowMs: number): OAuthState {
  const state = read(box, text);
  if (state === null) throw invalidState('it was not made by this server');
  if (state.exp <= nowMs) throw invalidState('it has expired; begin again');
  return state;
}

export function invalidState(reason: string): MarfaError {
  return new MarfaError('invalid_state', `This way back from the upstream cannot be used: ${reason}.`);
}

function read(box: SecretBox, text: string): OAuthState | null {
  try {
    return StateSchema.safeParse(JSON.parse(box.open(PURPOSE, NOWHERE, text))).data ?? null;
  } catch {
    return null;
  }
}
