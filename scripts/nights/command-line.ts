import { basename } from 'node:path';
import process from 'node:process';

/** An argument that cannot be meant; the message says what it is and what was expected. */
export class BadArgument extends Error {}

/**
 * What a script is asked, as `parse` understands its arguments. `--help` prints the usage and ends the process
 * with 0; what nobody can mean, one line on stderr and 2.
 */
export function readArguments<T>(usage: string, parse: (args: readonly string[]) => T): T {
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${usage}\n`);
    return process.exit(0);
  }
  return orRefuse(() => parse(args));
}

/** What `read` returns; where it throws of an argument that nobody can mean, the process ends with 2. */
export function orRefuse<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof BadArgument || isOfParser(error))) throw error;
    const script = basename(process.argv[1] ?? '', '.ts');
    process.stderr.write(`${script}: ${firstSentence(error)} (--help tells what there is)\n`);
    return process.exit(2);
  }
}

/** Throws `BadArgument` unless it is a number above 0, in decimal digits. */
export function positive(name: string, text: string): number {
  if (/^\d{1,15}(\.\d{1,15})?$/.test(text) && Number(text) > 0) return Number(text);
  throw new BadArgument(`--${name} is ${shown(text)}, expected a number above 0`);
}

/** Throws `BadArgument` unless it is a whole number, `min` or more. */
export function whole(name: string, text: string, min = 1): number {
  if (/^\d{1,15}$/.test(text) && Number(text) >= min) return Number(text);
  throw new BadArgument(`--${name} is ${shown(text)}, expected a whole number, ${min} or more`);
}

/** Far more processes than any machine runs at once. */
const JOBS_MAX = 256;

/** How many processes at a time. Throws `BadArgument` for what no machine could begin. */
export function parseJobs(text: string): number {
  const jobs = whole('jobs', text);
  if (jobs > JOBS_MAX) throw new BadArgument(`--jobs is ${text}, at most ${JOBS_MAX}`);
  return jobs;
}

/** Throws `BadArgument` for a name that is no name, as `--seed "$UNSET"` gives it. */
export function named(name: string, text: string): string {
  if (text.trim() === '') throw new BadArgument(`--${name} is empty`);
  return text;
}

/** Nothing at all is seen, and not overlooked. */
function shown(text: string): string {
  return text === '' ? 'empty' : text;
}

/** Throws `BadArgument` when one of these was typed beside `chosen`, which leaves nothing for it to say. */
export function refuseBeside(
  chosen: string,
  why: string,
  values: Readonly<Record<string, unknown>>,
  others: readonly string[],
): void {
  const typed = others.filter((name) => values[name] !== undefined);
  if (typed.length === 0) return;
  const told = typed.map((name) => `--${name}`).join(' and ');
  throw new BadArgument(`--${chosen} is ${why}: ${told} cannot be said of it`);
}

/** Of `parseArgs`, about an option that it does not know or that lacks its value. */
function isOfParser(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && /^ERR_PARSE_ARGS/.test(String(error.code));
}

/** Behind it the parser goes on about arguments that begin with a dash. */
function firstSentence(error: Error): string {
  if (error instanceof BadArgument) return error.message;
  return error.message.split(/\.\s/, 1)[0] ?? '';
}
