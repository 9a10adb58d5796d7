import { createHmac } from 'node:crypto';
import type { AuthKeys } from '../../platform/auth-keys.ts';
import { isSameText } from '../../platform/is-same-text.ts';

/** Who a form was made for, and until when it is good. */
interface Seal {
  /** Names the form: it is good once. */
  id: string;
  /** The browser session that it was shown in. */
  sessionId: string;
  expiresAtMs: number;
}

/** An authorization request as a consent form carries it: written by this server, and of no use when changed. */
export interface SignedRequests {
  sign(parameters: Readonly<Record<string, string>>, seal: Seal): string;
  /** @returns null for what this server did not write. */
  open(text: string): (Seal & { parameters: Record<string, string> }) | null;
  /** A short proof over some text, for one purpose. */
  proofOf(purpose: string, text: string): string;
  isProof(purpose: string, text: string, proof: string): boolean;
}

/** @param authKeys the first signs, all verify: a form that is open while keys change still goes through. */
export function createSignedRequests(authKeys: AuthKeys): SignedRequests {
  const proofs = authKeys.map(({ material }) => {
    const key = createHmac('sha256', material.reveal()).update('marfa consent forms').digest();
    return (purpose: string, text: string) =>
      createHmac('sha256', key).update(`${purpose}\n${text}`).digest('base64url');
  });
  const proofOf = (purpose: string, text: string) => proofs[0]?.(purpose, text) ?? '';
  const isProof = (purpose: string, text: string, proof: string) =>
    proofs.some((of) => isSameText(proof, of(purpose, text)));

  return {
    proofOf,
    isProof,

    sign(parameters, { id, sessionId, expiresAtMs }) {
      const query = new URLSearchParams(parameters);
      query.set('marfa_form', id);
      query.set('marfa_session', sessionId);
      query.set('exp', String(expiresAtMs));
      return `${query}&sig=${proofOf('form', query.toString())}`;
    },

    open(text) {
      const [, query = '', proof = ''] = /^(.*)&sig=([\w-]+)$/s.exec(text) ?? [];
      if (!isProof('form', query, proof)) return null;
      const {
        marfa_form: id = '',
        marfa_session: sessionId = '',
        exp = '0',
        ...parameters
      } = Object.fromEntries(new URLSearchParams(query));
      return { id, sessionId, expiresAtMs: Number(exp), parameters };
    },
  };
}
