/** The packages an author installs, and where they lie. */
export const PUBLISHED_PACKAGES = [
  { name: '@withmarfa/shared', folder: 'packages/shared' },
  { name: '@withmarfa/client', folder: 'packages/client' },
  { name: '@withmarfa/webhooks', folder: 'packages/webhooks' },
  { name: '@withmarfa/runtime-sdk', folder: 'packages/runtime-sdk' },
  { name: '@withmarfa/testing', folder: 'packages/testing' },
  { name: '@withmarfa/connector-rss-watcher', folder: 'packages/connectors/rss-watcher' },
  { name: '@withmarfa/connector-github-webhooks', folder: 'packages/connectors/github-webhooks' },
  { name: '@withmarfa/connector-google-calendar', folder: 'packages/connectors/google-calendar' },
  { name: '@withmarfa/connector-inbox', folder: 'packages/connectors/inbox' },
  { name: '@withmarfa/connector-todoist', folder: 'packages/connectors/todoist' },
] as const;

export type PublishedName = (typeof PUBLISHED_PACKAGES)[number]['name'];
