import { type Issue, MarfaError } from '@withmarfa/shared';
import type { Request } from 'express';

/** @returns the text fields of a posted form; of a field that comes twice, the first. */
export function formFields(request: Request): Record<string, string> {
  const body: unknown = request.body;
  if (typeof body !== 'object' || body === null) return {};
  return Object.fromEntries(
    Object.entries(body).flatMap(([name, value]: [string, unknown]) => {
      const first: unknown = Array.isArray(value) ? value[0] : value;
      return typeof first === 'string' ? [[name, first]] : [];
    }),
  );
}

/** @returns every value of a field that may come several times, under its name or its name with `[]`. */
export function formList(request: Request, name: string): string[] {
  const body = (request.body ?? {}) as Record<string, unknown>;
  return [body[name], body[`${name}[]`]]
    .flat()
    .filter((value) => typeof value === 'string')
    .flatMap((value) => value.split(' '))
    .filter((value) => value !== '');
}

/** @returns what was wrong by the last name of each fault's path, and the general message, for showing a form again. */
export function formFaults(error: unknown): { faults: Record<string, string>; message: string } | null {
  if (!MarfaError.is(error) || error.status >= 500) return null;
  const issues = Array.isArray(error.details?.issues) ? (error.details.issues as Issue[]) : [];
  const faults = Object.fromEntries(
    issues.map((issue) => [/([A-Za-z0-9_]+)[^A-Za-z0-9_]*$/.exec(issue.path)?.[1] ?? '', issue.message]),
  );
  return { faults, message: error.message };
}

/** @returns a path of this server to go back to, or `/`: an address that leads elsewhere is an open redirect. */
export function safeReturnTo(value: unknown): string {
  if (typeof value !== 'string' || !value.startsWith('/')) return '/';
  const here = 'http://here.invalid';
  const url = URL.canParse(value, here) ? new URL(value, here) : null;
  // A path that itself begins with two slashes would name another host on the way back.
  return url?.origin === here && !url.pathname.startsWith('//') ? `${url.pathname}${url.search}` : '/';
}
