import { MarfaError } from '@withmarfa/shared';
import { toMarfaError } from './to-marfa-error.ts';

/** Codes of the RFCs that the OAuth endpoints speak, and ours where the RFCs have none. */
export type ProtocolErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'invalid_scope'
  | 'invalid_target'
  | 'access_denied'
  | 'login_required'
  | 'consent_required'
  | 'request_not_supported'
  | 'request_uri_not_supported'
  | 'invalid_redirect_uri'
  | 'invalid_client_metadata'
  | 'authorization_pending'
  | 'slow_down'
  | 'expired_token'
  | 'token_reuse_detected'
  | 'invalid_token'
  | 'insufficient_scope';

/** Much of what is quoted in a description came from the client: nobody reads on after so many characters. */
const MAX_DESCRIPTION_LENGTH = 1000;

/** A text in the characters that an error description may have (RFC 6749 section 5.2). */
export function toVisibleAscii(text: string): string {
  return text.replaceAll(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '?');
}

/** The refusal of an OAuth endpoint (RFC 6749 section 5.2), as its client reads it. */
export class ProtocolError extends Error {
  readonly code: ProtocolErrorCode;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProtocolErrorCode,
    description: string,
    { status = 400, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
  ) {
    super(toVisibleAscii(description).slice(0, MAX_DESCRIPTION_LENGTH));
    this.name = 'ProtocolError';
    this.code = code;
    this.status = status;
    this.headers = headers;
  }
}

/** A refusal on the wire; what is no fault of the client tells nothing of its reason. */
export interface ProtocolRefusal {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: { error: string; error_description: string; code: string };
}

/** Codes of ours that the RFCs have another word for. */
const BY_RFC: Readonly<Record<string, string>> = {
  validation_error: 'invalid_request',
  missing_required_field: 'invalid_request',
  payload_too_large: 'invalid_request',
  internal_error: 'server_error',
  storage_unavailable: 'temporarily_unavailable',
};

export function toProtocolRefusal(thrown: unknown): ProtocolRefusal {
  if (thrown instanceof ProtocolError) {
    const { code, message, status, headers } = thrown;
    return { status, headers, body: { error: code, error_description: message, code } };
  }
  const error = MarfaError.is(thrown) ? thrown : toMarfaError(thrown);
  const code = BY_RFC[error.code] ?? error.code;
  return {
    status: error.status,
    headers: {},
    body: { error: code, error_description: toVisibleAscii(error.message), code },
  };
}
