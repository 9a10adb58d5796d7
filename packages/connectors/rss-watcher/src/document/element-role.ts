import { ENTRY_NAME, type FeedRoot, textLimit } from './feed-elements.ts';

/** What an element is to this connector: part of a feed's frame, an entry, something that is read, or not. */
export type Role = 'outside' | 'root' | 'channel' | 'entry' | 'kept' | 'skipped';

/**
 * @param local the element's name without prefix, in lower case.
 * @param root the kind of feed; undefined while no root was found.
 */
export function elementRole(local: string, parent: Role, root: FeedRoot | undefined): Role {
  switch (parent) {
    case 'outside':
      if (!root) return 'outside';
      // The first feeds of all had no root around their channel.
      return local === 'channel' ? 'channel' : 'root';
    case 'root':
      if (local === 'channel' && root !== 'feed') return 'channel';
      if (root && local === ENTRY_NAME[root]) return 'entry';
      return root === 'feed' && textLimit('head', local) !== undefined ? 'kept' : 'skipped';
    case 'channel':
      if (root && local === ENTRY_NAME[root]) return 'entry';
      return textLimit('head', local) === undefined ? 'skipped' : 'kept';
    case 'entry':
      return textLimit('entry', local) === undefined ? 'skipped' : 'kept';
    case 'kept':
      return 'kept';
    case 'skipped':
      return 'skipped';
    default:
      return parent satisfies never;
  }
}
