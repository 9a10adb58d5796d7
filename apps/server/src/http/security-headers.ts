import type { OutgoingHttpHeaders } from 'node:http';
import helmet from 'helmet';

const HSTS_SECONDS = 31_536_000;

/** Headers of every API answer: nothing in it is a document. */
export function apiHeaders(requestId: string, { hsts }: { hsts: boolean }): OutgoingHttpHeaders {
  return {
    ...(hsts ? { 'Strict-Transport-Security': `max-age=${HSTS_SECONDS}` } : {}),
    'X-Request-ID': requestId,
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
  };
}

/** For pages: no script at all, no frames, no third parties; they are plain documents with one stylesheet of their own. */
export function pageHeaders({ hsts }: { hsts: boolean }) {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'style-src': ["'self'"],
        'img-src': ["'self'", 'data:'],
        'form-action': ["'self'"],
        'base-uri': ["'none'"],
        'frame-ancestors': ["'none'"],
      },
    },
    strictTransportSecurity: hsts ? { maxAge: HSTS_SECONDS, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'same-origin' },
  });
}
