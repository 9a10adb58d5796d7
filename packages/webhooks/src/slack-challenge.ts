/** Slack’s question is some two hundred bytes; whatever is far longer is something else. */
const MOST_BYTES = 16 * 1024;

/**
 * Reads Slack’s question whether an address is yours. Answer it with 200 and the text as the body.
 * @param body the bytes of a delivery that was verified: only a genuine question deserves an answer.
 * @returns the challenge of a `url_verification` body; null for any other.
 * @see https://docs.slack.dev/reference/events/url_verification
 */
export function slackChallenge(body: Uint8Array): string | null {
  if (body.length > MOST_BYTES) return null;
  try {
    const question: unknown = JSON.parse(new TextDecoder().decode(body));
    if (typeof question !== 'object' || question === null) return null;
    const { type, challenge } = question as { type?: unknown; challenge?: unknown };
    return type === 'url_verification' && typeof challenge === 'string' ? challenge : null;
  } catch {
    return null;
  }
}
