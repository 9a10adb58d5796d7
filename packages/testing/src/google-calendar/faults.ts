import type { ServerResponse } from 'node:http';
import { type GoogleError, toErrorBody } from './google-error.ts';

/**
 * How the next request goes wrong: refused with an error of Google's, or of a front end (`html`), answered with nothing
 * (`empty`), half an answer (`truncated`), text that is no JSON (`garbage`), cut off before anything is done (`cut off`), or
 * done and then cut off (`done, then cut off`).
 */
export type GoogleFault =
  | GoogleError
  | { status: number; body: 'html' | 'empty' }
  | 'truncated'
  | 'garbage'
  | 'empty'
  | 'cut off'
  | 'done, then cut off';

export const RATE_LIMIT: GoogleError = {
  status: 403,
  domain: 'usageLimits',
  reason: 'rateLimitExceeded',
  message: 'Rate Limit Exceeded',
};
export const QUOTA: GoogleError = {
  status: 403,
  domain: 'usageLimits',
  reason: 'quotaExceeded',
  message: 'Calendar usage limits exceeded.',
};

const HTML = '<!DOCTYPE html><html lang=en><title>Error 502 (Server Error)!!1</title><p>That’s an error.';

/** An answer before a fault touches it. */
export interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

export function refuse(error: GoogleError): Answer {
  return { status: error.status, body: toErrorBody(error), headers: error.headers ?? {} };
}

/** Sends an answer, or what a fault makes of it. @param held when set, half of the body waits for it. */
export async function sendAnswer(
  response: ServerResponse,
  { answer, fault, held }: { answer: Answer; fault: GoogleFault | undefined; held: Promise<void> | undefined },
): Promise<void> {
  if (fault === 'cut off' || fault === 'done, then cut off') {
    response.destroy();
    return;
  }
  if (typeof fault === 'object' && 'body' in fault) {
    response.writeHead(fault.status, { 'content-type': 'text/html; charset=UTF-8' });
    response.end(fault.body === 'html' ? HTML : '');
    return;
  }
  const { status, body, headers } = typeof fault === 'object' ? refuse(fault) : answer;
  const text = body === undefined ? '' : JSON.stringify(body, null, 1);
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8', ...headers });
  const half = text.slice(0, Math.ceil(text.length / 2));
  if (fault === 'truncated') response.end(half);
  else if (fault === 'garbage') response.end(`)]}'\n${text}`);
  else if (fault === 'empty') response.end();
  else if (held === undefined) response.end(text);
  else {
    response.write(half);
    await held;
    response.end(text.slice(half.length));
  }
}
