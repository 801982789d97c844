// What PM2 runs: `npx pm2 start ecosystem.config.js`. PM2 wants the named export `apps`; a default export alone fails.
//
// Settings: OVERNIGHT_CONFIG names the file (default config/overnight.yaml). OVERNIGHT_INSTANCE sets this folder's
// processes apart from those of another folder under the same PM2.

import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { findNode, NODE_FLAGS, ROOT, SUPPORTED } from './scripts/node-runtime.mjs';
import { readDataDir, readVenueSetup } from './scripts/venue-setup.mjs';

const instance = process.env.OVERNIGHT_INSTANCE;
const named = (name) => (instance ? `${name}-${instance}` : name);

const interpreter = findNode();
if (interpreter === undefined) {
  throw new Error(
    `overnight needs Node ${SUPPORTED}; this is ${process.versions.node}. \`npm run demo\` installs one into .node/.`,
  );
}

/** `pm2 save` writes an app's environment to a file: only these go in, and no key, token or password ever. */
const PASSED_ON =
  /^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|SYSTEMROOT|COMSPEC|APPDATA|NODE_EXTRA_CA_CERTS|SSL_CERT_(?:FILE|DIR)|OVERNIGHT_\w+)$/i;
const SECRET = /SECRET|PASS|TOKEN|API_?KEY|PRIVATE/i;
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => PASSED_ON.test(name) && !SECRET.test(name)),
);

const shared = {
  namespace: named('overnight'),
  cwd: ROOT,
  interpreter,
  exec_mode: 'fork',
  instances: 1,

  // With PM2's own instrumentation in the process, an unhandled rejection leaves it dead and "online".
  pmx: false,
  automation: false,
  vizion: false, // PM2 would run git in the folder at each start
  watch: false,

  // The empty prefix takes out everything of the shell's environment; `env` puts back what a night needs.
  filter_env: [''],
  env: environment,

  // A crash waits 0.2 s, then longer up to 15 s. Never "errored for ever" after one bad quarter of an hour; what a
  // restart cannot cure (lock held, version or environment, configuration) stays down and is mailed by the watcher.
  autorestart: true,
  exp_backoff_restart_delay: 200,
  max_restarts: 1000,
  min_uptime: 10_000,
  stop_exit_codes: [75, 76, 78],

  merge_logs: true,
  time: false, // our lines carry their own time
};

const preload = (name) => `--import=${pathToFileURL(join(ROOT, 'scripts', name)).href}`;

const nodeArgs = (heapMb) => [
  ...NODE_FLAGS,
  `--max-old-space-size=${heapMb}`,
  // Short-lived objects are few: the usual 16 MB cost 50 MB of memory and save a tenth of the time per message.
  '--max-semi-space-size=4',
  // And few of them live on: threads to share that work are woken for longer than it takes.
  '--no-parallel-scavenge',
  preload('pm2-logs.mjs'),
];

/** For what runs all night: without the compiler of types in memory. */
const leanArgs = (heapMb) => [...nodeArgs(heapMb), preload('warm-start.mjs')];

// glibc raises this limit with each large buffer that comes and goes, and then keeps what was freed: 30 MB after a burst.
const leanEnvironment = { ...environment, MALLOC_TRIM_THRESHOLD_: '131072' };

const logsOf = (name) => ({
  out_file: join(ROOT, 'logs', 'pm2', `${name}.out.log`),
  error_file: join(ROOT, 'logs', 'pm2', `${name}.err.log`),
});

const exchange = {
  ...shared,
  ...logsOf('exchange'),
  name: named('overnight-exchange'),
  script: 'src/cli/main.ts',
  // It remembers as long as the daemon's journal does: in the same folder, so that both start anew together.
  args: ['exchange', ...exchangePorts(), '--state', join(readDataDir(), 'exchange.db')],
  node_args: nodeArgs(512),
  kill_timeout: 5_000,
  max_memory_restart: '600M',
};

const daemon = {
  ...shared,
  ...logsOf('overnight'),
  name: named('overnight'),
  script: 'src/main.ts',
  env: leanEnvironment,
  node_args: leanArgs(512),
  wait_ready: true, // sent once orders, fills and positions are reconciled
  listen_timeout: 20_000,
  kill_timeout: 15_000,
  max_memory_restart: '600M',
};

const watcher = {
  ...shared,
  ...logsOf('watcher'),
  name: named('overnight-watcher'),
  script: 'src/watcher.ts',
  env: leanEnvironment,
  node_args: leanArgs(96),
  kill_timeout: 5_000,
  max_memory_restart: '200M',
};

/** The exchange first: the daemon asks it for its markets. Without a settings file the daemon says so, with exit code 78. */
export const apps =
  readVenueSetup() === 'rehearsal' ? [exchange, daemon, watcher] : [daemon, watcher];

function exchangePorts() {
  const { OVERNIGHT_EXCHANGE_PORT: port, OVERNIGHT_EXCHANGE_CONTROL_PORT: control } = process.env;
  return [...(port ? ['--port', port] : []), ...(control ? ['--control-port', control] : [])];
}
