export {
  isHandledEvent,
  type Opened,
  type OpenedKind,
  type OpenedReading,
  readOpened,
} from './delivery/read-opened.ts';
export { type Payload, readPayload } from './delivery/read-payload.ts';
export { connector } from './handlers.ts';
export { type Bookmark, toBookmark } from './item/to-bookmark.ts';
export { keepOpened } from './keep-opened.ts';
export { type BookmarkInput, type GitHubContext, INTEGRATION_NAME, manifest } from './manifest.ts';
