import {
  discardDeadLetter,
  listDeadLetters,
  peekDeadLetters,
  replayAnyDeadLetters,
  replayDeadLetter,
  replayDeadLetters,
} from '@withmarfa/shared';
import { answer, type Mount, OK } from '../../http/mount-endpoint.ts';
import type { Database } from '../../platform/database/database.ts';
import type { ConnectionsService } from '../connections/index.ts';
import type { DeadLettersService } from './dead-letters-service.ts';

export interface DeadLetterRoutesDeps {
  database: Database;
  connections: ConnectionsService;
  deadLetters: DeadLettersService;
}

export function mountDeadLetterRoutes(
  mount: Mount,
  { database, connections, deadLetters }: DeadLetterRoutesDeps,
): void {
  mount.endpoint(listDeadLetters, async ({ params, query }, caller) => {
    await connections.require(database.read, caller.spaceId, params.id);
    return answer(200, await deadLetters.list({ spaceId: caller.spaceId, connectionId: params.id }, query));
  });

  mount.endpoint(replayDeadLetter, async ({ params }, caller) => {
    const at = { connectionId: params.id, id: params.entry_id };
    const run_id = await database.write((transaction) => deadLetters.replayOne(transaction, caller, at));
    return answer(200, { ok: true, replayed: 1, run_id });
  });

  mount.endpoint(replayDeadLetters, async ({ params, body }, caller) => {
    const reach = { spaceId: caller.spaceId, connectionId: params.id };
    return answer(200, { ok: true, ...(await deadLetters.replayMany(caller, reach, body)) });
  });

  mount.endpoint(discardDeadLetter, async ({ params }, caller) => {
    const at = { connectionId: params.id, id: params.entry_id };
    await database.write((transaction) => deadLetters.discard(transaction, caller, at));
    return OK;
  });

  mount.endpoint(peekDeadLetters, async ({ body }) => {
    const { connection_id: connectionId, ...page } = body;
    return answer(200, await deadLetters.list({ connectionId }, page));
  });

  mount.endpoint(replayAnyDeadLetters, async ({ body }, caller) => {
    const { connection_id: connectionId, ...input } = body;
    return answer(200, { ok: true, ...(await deadLetters.replayMany(caller, { connectionId }, input)) });
  });
}
