/** How a sender proves that a delivery is its own. @see README, "Methods", for headers and signed bytes of each. */
export type WebhookMethod = 'hmac-sha256' | 'slack' | 'stripe' | 'github' | 'google-channel' | 'cloudflare-email';

/** Why a delivery was refused: for logs and metrics. To a stranger answer 401 and nothing more. */
export type WebhookRefusal =
  | 'missing_signature_header'
  | 'signature_format_invalid'
  | 'signature_mismatch'
  | 'missing_timestamp_header'
  | 'timestamp_not_numeric'
  | 'timestamp_outside_replay_window'
  | 'missing_x_goog_channel_token'
  | 'channel_secret_unset'
  | 'channel_token_mismatch'
  | 'missing_x_goog_channel_id';

/**
 * Headers as a runtime gives them: of Fetch, or of Node with a list where a header stands more than once. Names in any
 * case. Headers that stand twice read as their values joined by `, `, which no signature and no timestamp admits.
 */
export type WebhookHeaders = Headers | Record<string, string | readonly string[] | undefined>;

/** A delivery as it came. */
export interface WebhookRequest {
  headers: WebhookHeaders;
  /** The exact bytes of the body: a parsed and rewritten body has another signature. */
  body: Uint8Array;
}

export interface VerifyOptions {
  /**
   * What the sender and you share, as the sender shows it: nothing is decoded and no prefix is cut off. Several while one
   * replaces another, the likeliest first; empty texts verify nothing.
   */
  secrets: readonly string[];
  /** Now, in milliseconds since 1970. Default: `Date.now()`. */
  nowMs?: number;
  /**
   * `hmac-sha256` and `cloudflare-email`: refuse a delivery that says no time. Default false. Slack and Stripe always say
   * one, GitHub and Google never.
   */
  requireTimestamp?: boolean;
}

/** What became of it. */
export type Verification =
  | {
      verified: true;
      /** One delivery, one id: at most 255 printable ASCII characters. Keep it for some days to recognise repetitions. */
      external_delivery_id: string;
      /** Which of the given secrets it was, from 0. */
      secret_index: number;
    }
  | {
      verified: false;
      reason: WebhookRefusal;
      /** For people who read logs: names headers and times, never a secret or what a right signature would be. */
      message: string;
    };

/**
 * Decides whether a delivery is genuine.
 *
 * @param method how this sender signs.
 * @param request the headers and the exact bytes as received. Nothing a sender may put there makes this throw.
 * @returns a refusal or an id, never a throw, for anything that the sender controls.
 * @throws TypeError when the caller gives a body that is not bytes, or a method that does not exist.
 * @see https://docs.stripe.com/webhooks#verify-manually
 * @see https://docs.slack.dev/authentication/verifying-requests-from-slack
 * @see https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
 * @see https://developers.google.com/workspace/calendar/api/guides/push
 */
export type VerifyWebhook = (
  method: WebhookMethod,
  request: WebhookRequest,
  options: VerifyOptions,
) => Promise<Verification>;
