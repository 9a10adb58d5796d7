/** One bad import: the file it stands in, its text, and the rules that must fire for that file, and no others. */
export interface SeededImport {
  file: string;
  text: string;
  rules: string[];
}

const SERVER = 'apps/server/src';
const MODULES = `${SERVER}/modules`;

const seed = (file: string, specifier: string, ...rules: string[]): SeededImport => ({
  file,
  text: `import '${specifier}';\n`,
  rules,
});

/** Files that the seeds point at, with their text; they do no harm by themselves. */
export const SEED_TARGETS: { file: string; text: string }[] = [
  { file: 'packages/shared/src/seed-cycle-b.ts', text: "import './seed-cycle-a.ts';\n" },
  ...emptyFiles().map((file) => ({ file, text: 'export const seeded = true;\n' })),
];

function emptyFiles(): string[] {
  return [
    `${MODULES}/spaces/seed-inner.ts`,
    `${SERVER}/http/seed-inner.ts`,
    `${SERVER}/app.ts`,
    `${SERVER}/wiring.ts`,
    ...[
      'spaces audit keys types edges items activity events webhooks credentials integrations connections auth upstream-oauth runs',
      'proxy inbound-webhooks runtime pages',
    ].flatMap((names) => names.split(' ').map((name) => `${MODULES}/${name}/index.ts`)),
  ];
}

const everywhere: SeededImport[] = [
  seed('packages/shared/src/seed-cycle-a.ts', './seed-cycle-b.ts', 'no-cycles'),
  seed('packages/shared/src/seed-nothing.ts', './nothing-here.ts', 'no-unresolvable'),
  seed(`${SERVER}/seed-undeclared.ts`, 'dependency-cruiser', 'no-undeclared'),
  seed(`${SERVER}/seed-dev.ts`, 'playwright-core', 'no-dev-dependency-at-run-time'),
  seed('packages/runtime-sdk/src/seed-relative.ts', '../../shared/src/index.ts', 'no-relative-between-rooms'),
  seed(
    'packages/connectors/rss-watcher/src/seed-relative.ts',
    '../../../runtime-sdk/src/index.ts',
    'no-relative-between-rooms',
  ),
  seed(
    'packages/engine/src/seed-app.ts',
    '../../../apps/server/src/app.ts',
    'nothing-imports-apps',
    'no-relative-between-rooms',
  ),
  seed('packages/shared/src/seed-node.ts', 'node:fs', 'no-node-in-portable-rooms'),
  seed('packages/client/src/seed-node.ts', 'node:fs', 'no-node-in-portable-rooms'),
  seed('packages/engine/src/seed-node.ts', 'crypto', 'no-node-in-portable-rooms'),
  seed('packages/runtime-sdk/src/host/seed-node.ts', 'node:process', 'no-node-in-portable-rooms'),
  seed('packages/webhooks/src/adapters/seed-node.ts', 'node:crypto', 'no-node-in-portable-rooms'),
  seed('packages/webhooks/src/seed-digests.ts', './digests/node-digests.ts', 'webhooks-without-its-node-parts'),
  seed('packages/webhooks/src/signing/seed-entry.ts', '../node/index.ts', 'webhooks-without-its-node-parts'),
  seed('packages/runtime-sdk/src/seed-local.ts', './local/index.ts', 'sdk-without-its-local-entry'),
  seed('packages/runtime-sdk/src/seed-undici.ts', 'undici', 'sdk-without-its-local-entry'),
];

const rooms: SeededImport[] = [
  seed('packages/config/src/seed-room.ts', '@withmarfa/shared', 'room-config'),
  seed('packages/checks/src/seed-room.ts', '@withmarfa/shared', 'room-checks'),
  seed('packages/shared/src/seed-room.ts', '@withmarfa/runtime-sdk', 'room-shared'),
  seed('packages/runtime-sdk/src/seed-room.ts', '@withmarfa/engine', 'room-runtime-sdk'),
  seed('packages/client/src/seed-room.ts', '@withmarfa/engine', 'room-client'),
  seed('packages/webhooks/src/seed-room.ts', '@withmarfa/shared', 'room-webhooks'),
  seed('packages/engine/src/seed-room.ts', '@withmarfa/runtime-sdk', 'room-engine'),
  seed('packages/testing/src/seed-room.ts', '@withmarfa/engine', 'room-testing'),
  seed('packages/connectors/rss-watcher/src/seed-testing.ts', '@withmarfa/testing', 'room-connectors'),
  seed('packages/connectors/rss-watcher/src/seed-shared.ts', '@withmarfa/shared', 'room-connectors'),
  seed('packages/connectors/rss-watcher/src/seed-host.ts', '@withmarfa/runtime-sdk/host', 'room-connectors'),
  seed('packages/connectors/another/src/seed-connector.ts', '@withmarfa/connector-rss-watcher', 'room-connectors'),
  seed('packages/connectors/rss-watcher/test/seed-shared.ts', '@withmarfa/shared', 'room-connectors-tests'),
  seed(`${SERVER}/seed-room.ts`, '@withmarfa/connector-rss-watcher', 'room-server'),
  seed(`${SERVER}/seed-client.ts`, '@withmarfa/client', 'room-server'),
  seed('apps/server/test/seed-room.ts', '@withmarfa/connector-rss-watcher', 'room-server-tests'),
  seed('examples/hello-connector/src/seed-room.ts', '@withmarfa/engine', 'room-examples'),
];

/** These also stand on a package that their package.json does not name. */
const libraries: SeededImport[] = [
  seed('packages/shared/src/seed-library.ts', 'undici', 'libraries-shared', 'no-undeclared'),
  seed('packages/client/src/seed-library.ts', 'croner', 'libraries-client', 'no-undeclared'),
  seed('packages/webhooks/src/seed-library.ts', 'croner', 'libraries-webhooks', 'no-undeclared'),
  seed('packages/engine/src/seed-library.ts', 'undici', 'libraries-engine', 'no-undeclared'),
  seed('packages/runtime-sdk/src/seed-library.ts', 'croner', 'libraries-runtime-sdk', 'no-undeclared'),
];

const ranks: SeededImport[] = [
  ['spaces', 'audit', 'rank-spaces'],
  ['audit', 'keys', 'rank-audit'],
  ['keys', 'types', 'rank-blobs-keys-types'],
  ['edges', 'items', 'rank-edges'],
  ['items', 'runs', 'rank-items'],
  ['activity', 'connections', 'rank-activity-events-webhooks'],
  ['credentials', 'integrations', 'rank-credentials-integrations'],
  ['connections', 'auth', 'rank-connections'],
  ['runs', 'runtime', 'rank-auth-upstream-oauth-runs-dead-letters'],
  ['oauth', 'pages', 'rank-oauth'],
  ['runtime', 'pages', 'rank-proxy-inbound-webhooks-item-events-runtime'],
].map(([from, to, rule]) => seed(`${MODULES}/${from}/seed-rank.ts`, `../${to}/index.ts`, String(rule)));

const server: SeededImport[] = [
  seed(`${MODULES}/surprise/seed.ts`, 'zod', 'module-has-a-rank'),
  seed(`${MODULES}/keys/seed-door.ts`, '../spaces/seed-inner.ts', 'module-door'),
  seed(
    `${SERVER}/seed-door.ts`,
    './modules/spaces/seed-inner.ts',
    'module-door-from-outside',
    'modules-meet-in-wiring',
  ),
  seed(`${SERVER}/seed-module.ts`, './modules/spaces/index.ts', 'modules-meet-in-wiring'),
  seed(`${SERVER}/platform/seed-up.ts`, '../http/seed-inner.ts', 'platform-below-all'),
  seed(`${SERVER}/http/seed-module.ts`, '../app.ts', 'http-knows-no-module'),
  seed(`${SERVER}/seed-wiring.ts`, './wiring.ts', 'wiring-on-top'),
  seed(`${MODULES}/auth/seed-auth.ts`, 'better-auth', 'better-auth-in-one-file'),
  seed(`${SERVER}/platform/seed-fetch.ts`, '@withmarfa/runtime-sdk/local', 'outbound-fetch-in-one-file'),
  seed(`${MODULES}/keys/seed-express.ts`, 'express', 'express-at-the-edge'),
  seed(`${MODULES}/keys/seed-driver.ts`, 'better-sqlite3', 'drivers-in-the-platform'),
];

export const SEEDED_IMPORTS: SeededImport[] = [...everywhere, ...rooms, ...libraries, ...ranks, ...server];
