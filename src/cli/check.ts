import { formatProblem } from '../config/problem.ts';
import { loadSettings } from '../live/load-settings.ts';

export interface CheckArguments {
  /** `--config FILE`; else `OVERNIGHT_CONFIG`, else `config/overnight.yaml`. */
  readonly config?: string | undefined;
  readonly json?: boolean | undefined;
}

/**
 * `overnight check`: is the configuration one to start with? Tells every problem at once. Resolves
 * to the exit code: 0 fine, 1 problems. (A daemon that is started with such settings exits 78.)
 */
export async function checkCommand(
  { config, json }: CheckArguments,
  write: (text: string) => void = (text) => void process.stdout.write(text),
): Promise<number> {
  const loaded = loadSettings(process.env, config ?? process.env['OVERNIGHT_CONFIG']);
  const isValid = loaded.type === 'valid';
  if (json) {
    const answer = isValid
      ? {
          valid: true,
          file: loaded.file,
          setup: loaded.settings.venue.setup,
          configHash: loaded.configHash,
          problems: [],
        }
      : { valid: false, file: loaded.file, problems: loaded.problems };
    write(`${JSON.stringify(answer)}\n`);
  } else if (isValid) {
    const { venue, symbols, signal } = loaded.settings;
    const strategies = signal.strategies.filter((strategy) => strategy.enabled);
    write(`${loaded.file}: fine\n`);
    write(`  ${venue.setup} at ${venue.name}, ${venue.restBase}\n`);
    write(`  markets ${symbols.join(', ')}\n`);
    write(
      `  strategies ${strategies.map((strategy) => strategy.id).join(', ') || 'none enabled'}\n`,
    );
    write(`  hash ${loaded.configHash}\n`);
  } else {
    const count = loaded.problems.length;
    write(`${loaded.file}: ${count} ${count === 1 ? 'problem' : 'problems'}\n`);
    for (const problem of loaded.problems) write(`  ${formatProblem(problem)}\n`);
  }
  return isValid ? 0 : 1;
}
