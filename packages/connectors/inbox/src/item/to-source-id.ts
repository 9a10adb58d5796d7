/** The API takes 1,024 characters; a Message-ID has at most 998, unless its sender means mischief. */
const MAX_LENGTH = 1000;

/** The natural key of a mail: its Message-ID as it is; of one that is too long, a hash. */
export async function toSourceId(messageId: string): Promise<string> {
  if (messageId.length <= MAX_LENGTH) return messageId;
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(messageId));
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `sha256:${hex}`;
}
