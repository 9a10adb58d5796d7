import { startConnectionOAuth } from '@withmarfa/shared';
import { answer, type Mount } from '../../http/mount-endpoint.ts';
import type { Bootstrap } from './bootstrap.ts';

export function mountUpstreamOAuthRoutes(mount: Mount, bootstrap: Bootstrap): void {
  mount.endpoint(startConnectionOAuth, async ({ params, body }, caller) =>
    answer(
      200,
      await bootstrap.start(caller, params.id, { redirectUri: body.redirect_uri, scope: body.scope, userId: null }),
    ),
  );
}
