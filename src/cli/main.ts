import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { readBuildId } from '../live/build-id.ts';
import { checkCommand } from './check.ts';
import type { ListOptions } from './list-options.ts';
import { decisionsCommand, fillsCommand, ordersCommand, positionsCommand } from './lists.ts';
import type { RehearseOptions } from './rehearse/command.ts';
import type { ReplayVerbOptions } from './replay.ts';
import { statusCommand } from './status.ts';
import { CannotStart, EXIT, UsageError, type VerbOptions } from './tell.ts';
import { whyCommand } from './why.ts';

interface ExchangeOptions {
  readonly port?: string;
  readonly controlPort?: string;
  readonly symbols?: string;
  readonly seed?: string;
  readonly speed?: string;
  readonly recording?: readonly string[];
  readonly faults?: string;
  readonly state?: string;
}

const gather = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

/** What `run` hands back when the verb keeps running: nobody may end the process. */
const STAYS = undefined;

/** Why the exchange did not start, in words: a taken port or a wrong argument needs no stack. */
function explainExchange(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (!('code' in error)) return new UsageError(error.message);
  if (error.code === 'EADDRINUSE' && 'port' in error) {
    return new CannotStart(
      `port ${error.port} is taken: another exchange or program listens there. --port and --control-port choose others`,
    );
  }
  return new CannotStart(error.message);
}

/** All verbs. Each resolves to its exit code through `done`. */
function makeProgram(done: (code: number | undefined) => void): Command {
  const program = new Command('overnight')
    .description('A trading daemon that is still right in the morning.')
    .option('--version', 'which build this is')
    .showHelpAfterError('(overnight --help lists the verbs)')
    .exitOverride();

  const verb = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .option('--json', 'one line of JSON instead of text')
      .option('--config <file>', 'settings (else OVERNIGHT_CONFIG, else config/overnight.yaml)');
  const list = (name: string, description: string): Command =>
    verb(name, description)
      .option('--since <moment>', '15m, 8h, 2d ago or 2026-11-20T03:12:00Z')
      .option('--until <moment>', 'the same')
      .option('--symbol <symbol>', 'BTC/USDT')
      .option('--limit <count>', 'at most so many, newest first (1 to 1000)', '50');

  verb('check', 'validate the settings and tell every problem at once').action(
    async (options: VerbOptions) => done(await checkCommand(options)),
  );
  verb(
    'status',
    'mode, feeds, positions, orders, faults; from the files when the daemon is down',
  ).action(async (options: VerbOptions) => done(await statusCommand(options)));
  verb('why', 'why was this decided: the whole chain, from the snapshot to the fill')
    .argument('<ref>', 'decision id, client order id, venue order id, or last-fill')
    .action(async (ref: string, options: VerbOptions) => done(await whyCommand(ref, options)));
  list('decisions', 'what was decided')
    .option('--stage <stage>', 'market, signal, risk, order, ack, fill or exit')
    .option('--outcome <outcome>', 'passed, skipped, denied, filled, ...')
    .action(async (options: ListOptions) => done(await decisionsCommand(options)));
  list('orders', 'orders and what became of them').action(async (options: ListOptions) =>
    done(await ordersCommand(options)),
  );
  list('fills', 'executions with their fees').action(async (options: ListOptions) =>
    done(await fillsCommand(options)),
  );
  list('positions', 'what is held').action(async (options: ListOptions) =>
    done(await positionsCommand(options)),
  );
  verb('replay', 'decide a captured night again and compare: identical, or the first differences')
    .argument('[place]', 'a file or folder of captures (default: that of the settings)')
    .option('--from <file|moment>', 'begin with this file, or with the one that holds the moment')
    .option('--until <moment>', 'end there')
    .option('--set <path=value>', 'another setting; may be given again', gather)
    .action(async (place: string | undefined, options: ReplayVerbOptions) => {
      // Loaded here only: no other verb needs a whole desk.
      const { replayCommand } = await import('./replay.ts');
      done(replayCommand(place, options));
    });
  program
    .command('rehearse')
    .description('a scripted bad night on this machine, and what became of it')
    .option('--json', 'one line of JSON instead of text')
    .option('--html <file>', 'write the report with its timeline there, too')
    .option('--only <names...>', 'these faults and no others')
    .option('--list', 'tell the faults and play none')
    .option('--keep', 'keep the folder: journal, decisions, capture, logs')
    .option('--seed <text>', 'the same seed makes the same market')
    .option('--judge <folder>', 'play none: compare the books of a kept night again')
    .action(async (options: RehearseOptions) => {
      // Loaded here only: no other verb starts anything.
      const { rehearseCommand } = await import('./rehearse/command.ts');
      done(await rehearseCommand(options));
    });
  program
    .command('exchange')
    .description('run the simulated exchange')
    .option('--port <port>', 'REST and WebSocket', '9500')
    .option('--control-port <port>', 'faults in, truth out', '9501')
    .option('--symbols <list>', 'comma-separated')
    .option('--seed <text>', 'the same seed makes the same market')
    .option('--speed <factor>', 'a number, or max')
    .option('--recording <files...>', 'play recorded raw files instead of the generator')
    .option('--faults <file>', 'faults from the start, YAML or JSON')
    .option('--state <file>', 'remember everything there, and go on from it')
    .action(async (options: ExchangeOptions) => {
      // Loaded here only: no other verb needs a matching engine.
      const { runExchange } = await import('../exchange/run.ts');
      await runExchange(options).then(
        () => done(STAYS),
        (error: unknown) => {
          throw explainExchange(error);
        },
      );
    });
  return program;
}

/** Runs one command line; resolves to the exit code, `undefined` when the verb keeps running. */
export async function run(argv: readonly string[]): Promise<number | undefined> {
  if (argv[0] === '--version') {
    process.stdout.write(`${readBuildId(join(import.meta.dirname, '..', '..'))}\n`);
    return EXIT.fine;
  }
  let code: number | undefined = EXIT.usage;
  const program = makeProgram((result) => {
    code = result;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
    }
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\n`);
      return EXIT.usage;
    }
    if (error instanceof CannotStart) {
      process.stderr.write(`${error.message}\n`);
      return EXIT.finding;
    }
    throw error;
  }
}

// `overnight decisions | head`: the reader has seen enough, and that is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const code = await run(process.argv.slice(2));
if (code !== undefined) {
  process.exitCode = code;
  // Half an exchange may listen already: nothing else would end the process then. Otherwise exitCode and
  // not exit(), so that what was written to a pipe still arrives.
  if (code !== EXIT.fine && process.argv[2] === 'exchange') process.exit();
}
