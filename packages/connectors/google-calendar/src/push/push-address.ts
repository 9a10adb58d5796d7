/** Names and addresses that only this machine, or nobody, reaches. */
const LOCAL = /^(localhost|.*\.localhost|.*\.local|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\])$/;

/**
 * The address that Google is to call.
 * @param receiptUrl where this Connection receives, at Marfa's own address.
 * @param configured what a person gave in its place: an address without a path stands before the path of `receiptUrl`. It is
 *   taken as it is; whether it will do is for Google to say.
 * @returns null when Google would call nobody.
 */
export function pushAddress(receiptUrl: string, configured: string): string | null {
  const given = configured.trim();
  if (given !== '') {
    if (!URL.canParse(given)) return null;
    const url = new URL(given);
    return url.pathname === '/' ? new URL(new URL(receiptUrl).pathname, url).href : url.href;
  }
  const { protocol, hostname } = new URL(receiptUrl);
  return protocol === 'https:' && !LOCAL.test(hostname) ? receiptUrl : null;
}
