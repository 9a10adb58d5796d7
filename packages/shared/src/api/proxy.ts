import type { Passage } from './passage.ts';

/** The largest body of a proxied request, and of its answer, unless a setting says otherwise. */
export const PROXY_BYTES = { request: 10 * 1024 ** 2, response: 50 * 1024 ** 2 } as const;

export const proxy = {
  path: '/connections/{id}/proxy/{path}',
  summary: 'Calls the upstream of a Connection with its credential.',
  description:
    'For the runtime credential of the Connection itself, and for those who run its space. The request goes on as it is, ' +
    'below the base address of the upstream; the answer comes back as it is, whatever its status. An answer with ' +
    '`X-Error-Code` is a refusal by Marfa: the upstream was not asked, or could not be.',
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  errors: [
    'connection_not_found',
    'forbidden',
    'reauth_required',
    'oauth_proxy_upstream_invalid',
    'upstream_unreachable',
  ],
} as const satisfies Passage;

/** Every passage of the HTTP API by its name. */
export const PASSAGES = { proxy } as const satisfies Record<string, Passage>;
