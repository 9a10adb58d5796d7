import { getMe } from '@withmarfa/shared';
import { answer, type Mount } from '../../http/mount-endpoint.ts';
import { NULL_SPACE_ID } from '../../platform/database/null-space.ts';
import type { SpacesService } from '../spaces/index.ts';
import type { Accounts } from './accounts.ts';

/** What a credential may know of the person it belongs to. */
export function mountAuthRoutes(mount: Mount, { accounts, spaces }: { accounts: Accounts; spaces: SpacesService }) {
  mount.endpoint(getMe, async (_input, caller) => {
    const [user, tenant] = await Promise.all([
      accounts.userOfCaller(caller),
      caller.spaceId === NULL_SPACE_ID ? null : spaces.get(caller.spaceId),
    ]);
    return answer(200, { user, tenant });
  });
}
