// The floors of the house as rules. `src/` has six floors; imports point down only, rooms of one floor never import one
// another. test/ground/floors.test.ts plants a violation of every rule here and sees it fire.

const ROOMS = [
  'venues',
  'market',
  'signal',
  'risk',
  'execution',
  'portfolio',
  'journal',
  'observe',
  'control',
  'matching',
];
const SETTLERS = ['pipeline', 'config'];
const KEEPERS = ['store', 'wiring'];
const WORLDS = ['live', 'sim', 'replay', 'exchange'];
const FLOOR_5 = '^src/(main\\.ts$|watcher\\.ts$|cli/)';

const folder = (names) => `^src/(${names.join('|')})/`;
const BELOW_FLOOR_3 = `^src/(ports\\.ts$|(domain|${[...ROOMS, ...SETTLERS].join('|')})/)`;
const npm = (names) => `(^|/)node_modules/(${names.join('|')})/`;

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    rule(
      'no-circles',
      'A circle has no top: it cannot be read, or tested, from one end.',
      {},
      // Two shapes of one room may name one another: types are gone at run time, and the floors still hold for them.
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    rule('resolvable', 'The file or package is not there.', {}, { couldNotResolve: true }),

    rule(
      'floor-0-domain-imports-nothing',
      'domain/ holds the words everybody shares; it knows nobody.',
      { path: '^src/domain/' },
      { path: '^src/', pathNot: '^src/domain/' },
    ),
    rule(
      'floor-1-ports-imports-domain-only',
      'ports.ts says what we ask of the outside in the words of domain/ alone.',
      { path: '^src/ports\\.ts$' },
      { path: '^src/', pathNot: '^src/domain/' },
    ),
    rule(
      'floor-1-rooms-know-domain-and-ports-only',
      'Rooms share words, not code: put the shared word into domain/, or let pipeline/ carry the value.',
      { path: folder(ROOMS) },
      { path: '^src/', pathNot: ['^src/domain/', '^src/ports\\.ts$', '^src/$1/'] },
    ),
    rule(
      'floor-2-imports-floors-0-and-1',
      'pipeline/ and config/ compose the rooms; they never know one another, nor a world.',
      { path: folder(SETTLERS) },
      { path: '^src/', pathNot: ['^src/domain/', '^src/ports\\.ts$', folder(ROOMS), '^src/$1/'] },
    ),
    rule(
      'floor-3-imports-down',
      'store/ keeps files, wiring/ makes a desk of settings; neither knows who runs the night, nor the other.',
      { path: folder(KEEPERS) },
      { path: [folder(WORLDS), folder(KEEPERS), FLOOR_5], pathNot: '^src/$1/' },
    ),
    rule(
      'floor-4-worlds-import-down',
      'A world is handed to main.ts or cli/; it does not call them.',
      { path: folder(WORLDS) },
      { path: FLOOR_5 },
    ),
    rule(
      'floor-4-worlds-never-one-another',
      'The real world, the made-up one and the recorded one must be able to disagree.',
      { path: folder(WORLDS) },
      { path: folder(WORLDS), pathNot: '^src/$1/' },
    ),
    rule(
      'sim-is-an-independent-truth',
      'The made-up world judges what execution/ and portfolio/ believe: it may not ask them.',
      { path: '^src/sim/' },
      { path: folder(['execution', 'portfolio']) },
    ),
    rule(
      'matching-from-floor-4-only',
      'matching/ is an independent truth about what an exchange does; nothing that places orders may lean on it.',
      { path: '^src/', pathNot: folder(['matching', ...WORLDS]) },
      { path: '^src/matching/' },
    ),
    rule(
      'src-stands-alone',
      'What runs at night does not import its tests or its tools.',
      { path: '^src/' },
      { path: '^(test|scripts|bin)/' },
    ),

    rule(
      'no-node-below-floor-3',
      'Below floor 3 everything runs the same at noon, at night and in a test: only Buffer and createHash of Node.',
      { path: BELOW_FLOOR_3 },
      { dependencyTypes: ['core'], pathNot: '^(node:)?(buffer|crypto)$' },
    ),
    rule(
      'no-package-below-floor-3',
      'Below floor 3 only the pure packages named for a room: trading-signals in signal/, zod, yaml and big.js in config/.',
      { path: BELOW_FLOOR_3, pathNot: '^src/(signal|config)/' },
      { path: '(^|/)node_modules/' },
    ),
    rule(
      'signal-packages',
      'signal/ may use trading-signals and nothing else from npm.',
      { path: '^src/signal/' },
      { path: '(^|/)node_modules/', pathNot: npm(['trading-signals']) },
    ),
    rule(
      'config-packages',
      'config/ may use zod, yaml and big.js and nothing else from npm.',
      { path: '^src/config/' },
      { path: '(^|/)node_modules/', pathNot: npm(['zod', 'yaml', 'big\\.js', '@types/big\\.js']) },
    ),
    rule(
      'no-dev-package-in-src',
      'A package for tests and tools is not there in production.',
      { path: '^src/' },
      {
        path: npm([
          'vitest',
          'fast-check',
          'typescript',
          'knip',
          'dependency-cruiser',
          '@binance',
          'binance',
          '@biomejs',
        ]),
      },
    ),
    rule(
      'pm2-is-run-never-imported',
      'PM2 is AGPL and a supervisor: it is started, not linked.',
      {},
      { path: npm(['pm2', '@pm2']) },
    ),
    rule(
      'ccxt-by-file-never-the-barrel',
      'The barrel costs 105 MB of memory, one exchange by its file 36 MB. (A type-only import costs nothing.)',
      { path: '^(src|scripts)/' },
      { path: '(^|/)node_modules/ccxt/js/ccxt\\.(js|d\\.ts)$', dependencyTypesNot: ['type-only'] },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dashboard|data|logs|coverage)/' },
    // Without this, type-only imports would be invisible, and a floor could lean on another through its types.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      conditionNames: ['import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
    },
  },
};
