import type { Answer } from './api.ts';

/**
 * What an error answer says, for `toEqual` and `toMatchObject`. Looks at the envelope as well: one code in body and
 * header, prose for a person, and nothing of the inside.
 * @throws when the answer is no well-formed refusal.
 */
export function refusal({ status, headers, body }: Answer): { status: number; code: string } {
  const { code, message } = body?.error ?? {};
  const isEnvelope = typeof code === 'string' && typeof message === 'string' && message.length > 0;
  if (status < 400 || !isEnvelope) throw new Error(`no refusal: ${status} ${JSON.stringify(body)}`);
  if (headers.get('x-error-code') !== code) throw new Error(`X-Error-Code is ${headers.get('x-error-code')}`);
  if (/\bat \S+ \(|node_modules|SQLITE_|select .* from/i.test(JSON.stringify(body)))
    throw new Error(`the answer tells of the inside: ${JSON.stringify(body)}`);
  return { status, code };
}

/** The places that a refusal names, sorted. */
export function faultPaths({ body }: Answer): string[] {
  const issues: { path: string }[] = body.error.details?.issues ?? [];
  return issues.map((issue) => issue.path).sort();
}
