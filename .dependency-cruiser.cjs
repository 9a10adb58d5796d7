/**
 * The walls between rooms: who may import whom. Each wall is proven in packages/checks/src/walls/walls.test.ts, where
 * one seeded import must make the rule of that name fire.
 */

const TEST_FILES = '\\.test\\.tsx?$|^(packages|apps|examples)/([^/]+/)+test/';
const BUILD_FILES = '\\.config\\.[cm]?ts$';
const NOT_SHIPPED = `${TEST_FILES}|${BUILD_FILES}`;

/** What the sources of each room may import; a room that is not listed may not be imported across by anyone. */
const ROOMS = {
  shared: { path: '^packages/shared/', rooms: [], libraries: ['zod', 'croner'] },
  'runtime-sdk': {
    path: '^packages/runtime-sdk/',
    rooms: ['^packages/shared/'],
    libraries: ['zod', 'undici', 'ipaddr\\.js'],
  },
  engine: { path: '^packages/engine/', rooms: ['^packages/shared/'], libraries: ['vitest'] },
  // A connector stands where an outside author stands: on the published SDK and any library.
  connectors: { path: '^packages/connectors/[^/]+/', rooms: ['^packages/runtime-sdk/src/(index\\.ts|local/index\\.ts)$'] },
  server: {
    path: '^apps/server/',
    rooms: [
      '^packages/shared/src/index\\.ts$',
      '^packages/engine/src/(index|memory/index|contracts/index)\\.ts$',
      '^packages/runtime-sdk/src/host/index\\.ts$',
    ],
  },
  examples: {
    path: '^examples/[^/]+/',
    rooms: ['^packages/(shared|runtime-sdk)/src/([^/]+/)?index\\.ts$', '^packages/connectors/[^/]+/src/index\\.ts$'],
  },
};

const roomRules = Object.entries(ROOMS).flatMap(([name, { path, rooms, libraries }]) => [
  {
    name: `room-${name}`,
    comment: `${name} may import from its own room${rooms.length > 0 ? ` and ${rooms.join(', ')}` : ' alone'}.`,
    severity: 'error',
    from: { path, pathNot: BUILD_FILES },
    to: {
      path: '^(packages|apps|examples)/',
      pathNot: [ownRoom(path), ...rooms],
    },
  },
  ...(libraries === undefined
    ? []
    : [
        {
          name: `libraries-${name}`,
          comment: `The sources of ${name} stand on ${libraries.join(', ').replaceAll('\\', '')} and nothing else from a registry.`,
          severity: 'error',
          from: { path: `${path}src/`, pathNot: TEST_FILES },
          to: { path: 'node_modules/', pathNot: `node_modules/(${libraries.join('|')})/` },
        },
      ]),
]);

/** One connector is not another's room, so the name that matched is carried over into the rule. */
function ownRoom(path) {
  return path.includes('[^/]+') ? path.replace('[^/]+', '$1') : path;
}
