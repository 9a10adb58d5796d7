/**
 * The walls between rooms: who may import whom.
 *
 * Every rule is proven in packages/checks/src/walls/import-walls.test.ts, where a seeded import makes it fire; a rule
 * without a seed fails that suite.
 */

const TESTS = '\\.test\\.tsx?$|^(packages|apps|examples)/.+/test/';
const BUILD_FILES = '\\.config\\.[cm]?ts$';
const ANY_ROOM = '^(packages|apps|examples)/';
const SERVER = '^apps/server/src/';
const MODULES = `${SERVER}modules/`;

/**
 * What each room may import besides itself. `testRooms` are for its tests alone; `libraries` closes the list of registry
 * packages for its sources.
 */
const ROOMS = {
  config: { path: '^packages/config/', rooms: [] },
  checks: { path: '^packages/checks/', rooms: [] },
  shared: { path: '^packages/shared/', rooms: [], libraries: ['zod', 'croner'] },
  client: {
    path: '^packages/client/',
    rooms: ['^packages/shared/src/index\\.ts$'],
    libraries: ['zod', 'eventsource-parser'],
  },
  // Everything a verifier needs is in the runtime: an author who never runs Marfa installs this and nothing else.
  webhooks: { path: '^packages/webhooks/', rooms: [], libraries: [] },
  'runtime-sdk': {
    path: '^packages/runtime-sdk/',
    rooms: ['^packages/shared/src/index\\.ts$'],
    libraries: ['zod', 'undici', 'ipaddr\\.js'],
  },
  engine: {
    path: '^packages/engine/',
    rooms: ['^packages/(shared|webhooks)/src/index\\.ts$'],
    libraries: ['vitest'],
  },
  // A connector stands where an outside author stands: on the published SDK, and any library.
  connectors: {
    path: '^packages/connectors/([^/]+)/',
    own: '^packages/connectors/$1/',
    rooms: ['^packages/runtime-sdk/src/(local/)?index\\.ts$'],
    testRooms: ['^packages/runtime-sdk/src/host/index\\.ts$', '^packages/testing/src/index\\.ts$'],
  },
  testing: {
    path: '^packages/testing/',
    rooms: [
      '^packages/shared/src/index\\.ts$',
      '^packages/webhooks/src/signing/index\\.ts$',
      '^packages/runtime-sdk/src/((host|local)/)?index\\.ts$',
    ],
  },
  server: {
    path: '^apps/server/',
    rooms: [
      '^packages/(shared|webhooks)/src/index\\.ts$',
      '^packages/engine/src/((memory|contracts)/)?index\\.ts$',
      '^packages/webhooks/src/index\\.ts$',
      // Of the Node entry, the guarded fetch; see outbound-fetch-in-one-file.
      '^packages/runtime-sdk/src/(host|local)/index\\.ts$',
    ],
    // What the client makes of a real server is seen from the server's side.
    testRooms: [
      '^packages/client/src/index\\.ts$',
      '^packages/testing/src/index\\.ts$',
      '^packages/webhooks/src/signing/index\\.ts$',
    ],
  },
  examples: {
    path: '^examples/([^/]+)/',
    own: '^examples/$1/',
    rooms: [
      '^packages/shared/src/index\\.ts$',
      '^packages/client/src/index\\.ts$',
      '^packages/webhooks/src/((signing|node)/)?index\\.ts$',
      '^packages/runtime-sdk/src/((local|host)/)?index\\.ts$',
      '^packages/testing/src/index\\.ts$',
      '^packages/connectors/[^/]+/src/index\\.ts$',
    ],
  },
};

const roomRules = Object.entries(ROOMS).flatMap(([name, { path, own = path, rooms, testRooms = [], libraries }]) => [
  {
    name: `room-${name}`,
    comment: `What ${name} may import is written in ROOMS in .dependency-cruiser.cjs, after the table of rooms.`,
    severity: 'error',
    from: { path, pathNot: [BUILD_FILES, ...(testRooms.length > 0 ? [TESTS] : [])] },
    to: { path: ANY_ROOM, pathNot: [own, ...rooms, '^apps/'], dependencyTypesNot: ['local'] },
  },
  ...(testRooms.length === 0
    ? []
    : [
        {
          name: `room-${name}-tests`,
          comment: `What the tests of ${name} may import besides is written in ROOMS as well.`,
          severity: 'error',
          from: { path: `${path}(src|test)/`, pathNot: `${path}src/.+(?<!\\.test)\\.tsx?$` },
          to: { path: ANY_ROOM, pathNot: [own, ...rooms, ...testRooms, '^apps/'], dependencyTypesNot: ['local'] },
        },
      ]),
  ...(libraries === undefined
    ? []
    : [
        {
          name: `libraries-${name}`,
          comment: `${name} is kept small: no registry package beyond ${libraries.join(', ').replaceAll('\\', '') || 'none'}.`,
          severity: 'error',
          from: { path: `${path}src/`, pathNot: TESTS },
          to: {
            path: 'node_modules/',
            pathNot: `node_modules/(${libraries.join('|')})/`,
            dependencyTypesNot: ['npm-dev'],
          },
        },
      ]),
]);

/**
 * The server's modules from the lowest rank up; a module opens only the doors of ranks below its own. Audit and edges
 * stand lower than they were first drawn: every write leaves an audit row, and an item can be read with its edges.
 */
const RANKS = [
  ['spaces'],
  ['audit'],
  ['blobs', 'keys', 'types'],
  ['edges'],
  ['items'],
  ['activity', 'events', 'webhooks'],
  ['credentials', 'integrations'],
  ['connections'],
  ['auth', 'upstream-oauth', 'runs', 'dead-letters'],
  ['oauth'],
  ['proxy', 'inbound-webhooks', 'item-events', 'runtime'],
  ['pages'],
];

// Nothing stands above the highest, so it has nothing to keep away from.
const rankRules = RANKS.slice(0, -1).map((modules, rank) => {
  const below = RANKS.slice(0, rank).flat();
  const lower = below.map((module) => `${MODULES}${module}/`);
  return {
    name: `rank-${modules.join('-')}`,
    comment: `${modules.join(', ')}: only ${below.join(', ') || 'no module'} below. Pass a function in from wiring.ts instead.`,
    severity: 'error',
    from: { path: `${MODULES}(${modules.join('|')})/`, pathNot: TESTS },
    to: { path: MODULES, pathNot: [`${MODULES}$1/`, ...lower] },
  };
});

const serverRules = [
  {
    name: 'module-has-a-rank',
    comment: 'A module of the server is listed in RANKS before it imports or is imported.',
    severity: 'error',
    from: { path: `${MODULES}(?!(${RANKS.flat().join('|')})/)` },
    to: {},
  },
  {
    name: 'module-door',
    comment: 'A module is entered by its index.ts.',
    severity: 'error',
    from: { path: `${MODULES}([^/]+)/`, pathNot: TESTS },
    to: { path: MODULES, pathNot: [`${MODULES}$1/`, `${MODULES}[^/]+/index\\.ts$`] },
  },
  {
    name: 'module-door-from-outside',
    comment: 'A module is entered by its index.ts.',
    severity: 'error',
    from: { path: SERVER, pathNot: [MODULES, TESTS] },
    to: { path: MODULES, pathNot: `${MODULES}[^/]+/index\\.ts$` },
  },
  {
    name: 'platform-below-all',
    comment: 'The platform knows nothing of what stands on it.',
    severity: 'error',
    from: { path: `${SERVER}platform/`, pathNot: TESTS },
    to: { path: SERVER, pathNot: [`${SERVER}platform/`, `${SERVER}env\\.ts$`] },
  },
  {
    name: 'http-knows-no-module',
    comment: 'http/ carries any endpoint; what a module must do for it comes in as an argument.',
    severity: 'error',
    from: { path: `${SERVER}http/`, pathNot: TESTS },
    to: { path: SERVER, pathNot: [`${SERVER}http/`, `${SERVER}platform/`] },
  },
  {
    name: 'modules-meet-in-wiring',
    comment: 'Modules are put together in wiring.ts; whatever else needs one is given it.',
    severity: 'error',
    from: { path: SERVER, pathNot: [MODULES, `${SERVER}(main\\.ts$|wiring)`, TESTS] },
    to: { path: MODULES },
  },
  {
    name: 'wiring-on-top',
    comment: 'Only main.ts builds the server from its parts; tests may.',
    severity: 'error',
    from: { path: SERVER, pathNot: [`${SERVER}(main\\.ts$|wiring)`, TESTS] },
    to: { path: `${SERVER}(main\\.ts$|wiring)` },
  },
  {
    name: 'better-auth-in-one-file',
    comment: 'The auth library is known to one file.',
    severity: 'error',
    from: { pathNot: [`${MODULES}auth/better-auth(\\.test)?\\.ts$`] },
    to: { path: 'node_modules/(@better-auth/[^/]+|better-auth)/' },
  },
  {
    name: 'outbound-fetch-in-one-file',
    comment: 'What the server fetches goes through the egress guard, which platform/outbound-fetch.ts makes.',
    severity: 'error',
    from: { path: SERVER, pathNot: [`${SERVER}platform/outbound-fetch\\.ts$`, TESTS] },
    to: { path: '^packages/runtime-sdk/src/local/' },
  },
  {
    name: 'express-at-the-edge',
    comment:
      'Endpoints are host-neutral; Express and its middleware stay in http/, app.ts, wiring.ts, routes and pages.',
    severity: 'error',
    from: { path: SERVER, pathNot: [`${SERVER}(http/|(app|wiring)\\.tsx?$|modules/pages/)`, '-routes\\.tsx?$', TESTS] },
    to: { path: 'node_modules/(@types/express[^/]*|express|cookie-parser|cors|csrf-csrf|find-my-way|helmet)/' },
  },
  {
    name: 'drivers-in-the-platform',
    comment: 'No module knows which database it stands on, nor the client of its Redis.',
    severity: 'error',
    from: { path: SERVER, pathNot: [`${SERVER}platform/`, TESTS] },
    to: { path: 'node_modules/(@types/pg|pg|@types/better-sqlite3|better-sqlite3|ioredis)/' },
  },
];

const everywhere = [
  {
    name: 'no-cycles',
    comment: 'Data and knowledge go one way.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-unresolvable',
    comment: 'Imports what is not there, or a package that its package.json does not name.',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'no-undeclared',
    comment: 'Imports a package that the nearest package.json does not name.',
    severity: 'error',
    from: {},
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  },
  {
    name: 'no-dev-dependency-at-run-time',
    comment: 'Shipped sources stand on dependencies, not on devDependencies.',
    severity: 'error',
    from: {
      path: '^(packages|apps)/.+/src/',
      pathNot: [TESTS, '^packages/(checks|config)/', '^packages/engine/src/contracts/'],
    },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'no-relative-between-rooms',
    comment: 'Another room is imported by its package name, so that its exports stay its door.',
    severity: 'error',
    from: { path: '^((?:packages/connectors|packages|apps|examples)/[^/]+)/' },
    to: { path: ANY_ROOM, pathNot: '^$1/', dependencyTypes: ['local'] },
  },
  {
    name: 'nothing-imports-apps',
    comment: 'Apps stand on packages.',
    severity: 'error',
    from: { path: '^(packages|examples)/' },
    to: { path: '^apps/' },
  },
  {
    name: 'no-node-in-portable-rooms',
    comment: 'These files also run in a Worker and in a browser.',
    severity: 'error',
    from: {
      path: '^packages/(shared|client|webhooks|engine|runtime-sdk)/src/',
      // The schema writer is a build step, ./local is the entry of a Node process, and webhooks says what is Node's alone.
      pathNot: [
        TESTS,
        '^packages/shared/src/manifest/write-json-schema\\.ts$',
        '^packages/runtime-sdk/src/local/',
        '^packages/webhooks/src/(node/|digests/node-digests\\.ts$)',
      ],
    },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'webhooks-without-its-node-parts',
    comment: 'The portable entries reach no file that only Node can load.',
    severity: 'error',
    from: { path: '^packages/webhooks/src/', pathNot: ['^packages/webhooks/src/(node/|index-for-node\\.ts$)', TESTS] },
    to: { path: '^packages/webhooks/src/(node/|index-for-node\\.ts$|digests/node-digests\\.ts$)' },
  },
  {
    name: 'sdk-without-its-local-entry',
    comment: 'Handlers run on every tier; only ./local knows Node.',
    severity: 'error',
    from: { path: '^packages/runtime-sdk/src/(?!local/)', pathNot: TESTS },
    to: { path: ['^packages/runtime-sdk/src/local/', 'node_modules/undici/'] },
  },
];

module.exports = {
  forbidden: [...everywhere, ...roomRules, ...rankRules, ...serverRules],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(packages|apps|examples)/.+/(dist|fixtures)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@withmarfa/source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.d.ts', '.js', '.mjs', '.cjs', '.json'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
