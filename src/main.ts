import path from 'node:path';
import { formatProblem } from './config/problem.ts';
import { EXIT } from './domain/exit-code.ts';
import { AccountHeld } from './live/account-lock.ts';
import { readBuildId } from './live/build-id.ts';
import { Daemon } from './live/daemon.ts';
import { loadSettings } from './live/load-settings.ts';
import { Pm2Link } from './live/pm2.ts';
import { HaltLatch } from './store/halt-latch.ts';
import { exitCodeOf } from './store/journal-failure.ts';

const ROOT = path.join(import.meta.dirname, '..');

async function main(): Promise<void> {
  // All modules are loaded by now, which is what scripts/warm-start.mjs wanted.
  if (process.argv.includes('--load-only')) return;
  const loaded = loadSettings();
  if (loaded.type === 'invalid') {
    process.stderr.write(`${loaded.file}: ${loaded.problems.length} problems, not starting\n`);
    for (const problem of loaded.problems) process.stderr.write(`  ${formatProblem(problem)}\n`);
    process.exit(EXIT.settings);
  }
  survivePipes();
  const haltLatch = new HaltLatch(path.join(loaded.settings.data.dir, 'HALT'));
  const pm2 = new Pm2Link();
  let daemon: Daemon | undefined;
  const panic = (error: unknown): never => {
    const exitCode = error instanceof AccountHeld ? EXIT.locked : exitCodeOf(error);
    const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`stopping with exit code ${exitCode}: ${cause}\n`);
    // At the start as well: the disk may let the next start through, and nobody would have looked.
    if (exitCode === EXIT.journal) latch(haltLatch, cause);
    if (daemon !== undefined) {
      daemon.log.fatal('process.panicked', 'stopping on an error', error);
      daemon.abandon(exitCode, cause);
    }
    process.exit(exitCode);
  };
  process.on('uncaughtException', panic);
  process.on('unhandledRejection', panic);

  daemon = await Daemon.make({
    loaded,
    root: ROOT,
    buildId: readBuildId(ROOT),
    onReady: () => pm2.announceReady(),
    onStopped: (exitCode) => process.exit(exitCode),
    watchdog: true,
  });
  const started = daemon;
  pm2.onStop((cause) => started.stop(cause));
  pm2.showGauges(() => started.gauges());
  await started.start();
  process.stdout.write(`overnight on http://127.0.0.1:${started.httpPort}\n`);
}

/**
 * Whoever reads what we print may end before us: PM2's own daemon was killed, a terminal was closed.
 * The same lines are in the log's file; a lost copy of them must not end the night.
 */
function survivePipes(): void {
  const goOn = (): void => undefined;
  process.stdout.on('error', goOn);
  process.stderr.on('error', goOn);
}

/** The journal cannot say that we are halted, so a file says it: the next start reads it first. */
function latch(haltLatch: HaltLatch, cause: string): void {
  try {
    haltLatch.set(cause, new Date().toISOString());
  } catch (error) {
    process.stderr.write(`the halt file could not be written either: ${String(error)}\n`);
  }
}

await main();
