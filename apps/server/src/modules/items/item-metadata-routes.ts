import {
  addItemTags,
  deleteItemExtension,
  getItemExtension,
  getItemMetadata,
  listItemExtensions,
  patchItemMetadata,
  putItemExtension,
  putItemMetadata,
  removeItemTag,
} from '@withmarfa/shared';
import { answer, type Mount } from '../../http/mount-endpoint.ts';
import type { Caller } from '../../platform/caller.ts';
import type { Database } from '../../platform/database/database.ts';
import type { AuditService } from '../audit/index.ts';
import { createItemMetadata } from './item-metadata.ts';
import type { ItemsService } from './items-service.ts';

/** Tags and extensions of single items. */
export function mountItemMetadataRoutes(
  mount: Mount,
  { database, items, audit }: { database: Database; items: ItemsService; audit: AuditService },
): void {
  const metadata = createItemMetadata(database);

  mount.endpoint(getItemMetadata, async ({ params }, caller) => {
    const row = await items.requireReadable(database.read, caller, params.id);
    return answer(200, { metadata: await metadata.read(database.read, caller, row) });
  });

  const changeTags = (caller: Caller, id: string, { tags, replace }: { tags: readonly string[]; replace: boolean }) =>
    database.write(async (transaction) => {
      const row = await items.requireReadable(transaction, caller, id);
      const isChanged = await (replace ? metadata.setTags : metadata.addTags)(transaction, caller, row, tags);
      if (isChanged) {
        await audit.record(transaction, caller, {
          action: 'item.update',
          resource_type: 'item',
          resource_id: row.id,
          details: replace ? { tags } : { tags_added: tags },
        });
      }
      return metadata.read(transaction, caller, row);
    });

  mount.endpoint(putItemMetadata, async ({ params, body }, caller) =>
    answer(200, { metadata: await changeTags(caller, params.id, { tags: body.tags, replace: true }) }),
  );
  mount.endpoint(patchItemMetadata, async ({ params, body }, caller) =>
    answer(200, { metadata: await changeTags(caller, params.id, { tags: body.tags, replace: false }) }),
  );
  mount.endpoint(addItemTags, async ({ params, body }, caller) =>
    answer(200, { metadata: await changeTags(caller, params.id, { tags: body.tags, replace: false }) }),
  );

  mount.endpoint(removeItemTag, async ({ params }, caller) => {
    const result = await database.write(async (transaction) => {
      const row = await items.requireReadable(transaction, caller, params.id);
      if (await metadata.removeTag(transaction, caller, row, params.tag)) {
        await audit.record(transaction, caller, {
          action: 'item.update',
          resource_type: 'item',
          resource_id: row.id,
          details: { tag_removed: params.tag },
        });
      }
      return metadata.read(transaction, caller, row);
    });
    return answer(200, { metadata: result });
  });

  mount.endpoint(listItemExtensions, async ({ params }, caller) => {
    const row = await items.requireReadable(database.read, caller, params.id);
    return answer(200, { extensions: await metadata.extensions(database.read, caller, row) });
  });

  mount.endpoint(getItemExtension, async ({ params }, caller) => {
    const row = await items.requireForExtension(database.read, caller, params.id);
    return answer(200, {
      namespace: params.namespace,
      data: await metadata.extension(database.read, caller, row, params.namespace),
    });
  });

  mount.endpoint(putItemExtension, async ({ params, body }, caller) => {
    const extensions = await database.write(async (transaction) => {
      const row = await items.requireForExtension(transaction, caller, params.id);
      await metadata.putExtension(transaction, caller, row, params.namespace, body);
      await audit.record(transaction, caller, {
        action: 'extension.write',
        resource_type: 'item',
        resource_id: row.id,
        details: { namespace: params.namespace },
      });
      return metadata.extensions(transaction, caller, row);
    });
    return answer(200, { extensions });
  });

  mount.endpoint(deleteItemExtension, async ({ params }, caller) => {
    const extensions = await database.write(async (transaction) => {
      const row = await items.requireForExtension(transaction, caller, params.id);
      if (await metadata.removeExtension(transaction, caller, row, params.namespace)) {
        await audit.record(transaction, caller, {
          action: 'extension.delete',
          resource_type: 'item',
          resource_id: row.id,
          details: { namespace: params.namespace },
        });
      }
      return metadata.extensions(transaction, caller, row);
    });
    return answer(200, { extensions });
  });
}
