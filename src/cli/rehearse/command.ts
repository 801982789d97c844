import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EXIT, formatAge, formatTable, toStdout, UsageError, type Write } from '../tell.ts';
import type { Act, ActRecord } from './act.ts';
import { isKept, readEvidence, UnreadableNight } from './evidence.ts';
import { type Evidence, judge, tellWrongs } from './judge.ts';
import { Night } from './night.ts';
import { playScript } from './play-script.ts';
import { renderHtml } from './render-html.ts';
import { renderOrders, renderTable } from './render-table.ts';
import type { SurvivalReport } from './report.ts';
import { SCRIPT } from './script.ts';

export interface RehearseOptions {
  readonly json?: boolean;
  readonly html?: string;
  readonly only?: readonly string[];
  readonly list?: boolean;
  readonly keep?: boolean;
  /** The folder of a kept night: judged again, nothing is played. */
  readonly judge?: string;
  readonly seed?: string;
}

const SEED_DEFAULT = '1';
/** As a shell tells it: ended by SIGINT. */
const EXIT_INTERRUPTED = 130;

/**
 * `overnight rehearse`: a scripted bad night on this machine. Resolves to the exit code: 0 everything
 * was survived, 1 something was not, or could not be shown.
 */
export async function rehearseCommand(
  options: RehearseOptions,
  write: Write = toStdout,
  tell: Write = (text) => void process.stderr.write(text),
): Promise<number> {
  if (options.judge !== undefined) return judgeKept(options.judge, options.json === true, write);
  const scenes = chooseScenes(options.only);
  if (options.list === true) {
    write(options.json === true ? `${JSON.stringify(listActs(scenes))}\n` : drawActs(scenes));
    return EXIT.fine;
  }
  // Asked before the night, not after it.
  if (options.html !== undefined && !existsSync(path.dirname(path.resolve(options.html)))) {
    throw new UsageError(`--html is ${options.html}, and its folder does not exist`);
  }
  const report = await rehearse(scenes, options, tell);
  if (options.html !== undefined) writeFileSync(options.html, renderHtml(report));
  write(options.json === true ? `${JSON.stringify(report)}\n` : renderTable(report));
  return report.survived ? EXIT.fine : EXIT.finding;
}

/** The books of a kept night once more: its journal and decisions against what the exchange knew. */
function judgeKept(folder: string, asJson: boolean, write: Write): number {
  if (!isKept(folder)) throw new UsageError(`${folder} is no night that was kept with --keep`);
  const judgement = judge(readKept(folder));
  const wrongs = tellWrongs(judgement);
  const verdict = wrongs.length === 0 ? 'nothing lost, doubled or unexplained' : wrongs.join('\n');
  write(asJson ? `${JSON.stringify(judgement)}\n` : `${renderOrders(judgement)}\n${verdict}\n`);
  return wrongs.length === 0 ? EXIT.fine : EXIT.finding;
}

function readKept(folder: string): Evidence {
  try {
    return readEvidence(folder);
  } catch (error) {
    throw error instanceof UnreadableNight ? new UsageError(error.message) : error;
  }
}

/** The script, or what is left of it: an act alone needs no partner. */
function chooseScenes(only: readonly string[] | undefined): readonly (readonly Act[])[] {
  if (only === undefined) return SCRIPT;
  const wanted = only.flatMap((names) => names.split(',')).map((name) => name.trim());
  const known = SCRIPT.flat().map(({ name }) => name);
  const unknown = wanted.filter((name) => !known.includes(name));
  if (unknown.length > 0 || wanted.length === 0) {
    throw new UsageError(`--only is ${unknown.join(', ')}, allowed are ${known.join(', ')}`);
  }
  return SCRIPT.map((scene) => scene.filter(({ name }) => wanted.includes(name))).filter(
    (scene) => scene.length > 0,
  );
}

async function rehearse(
  scenes: readonly (readonly Act[])[],
  options: RehearseOptions,
  tell: Write,
): Promise<SurvivalReport> {
  const seed = options.seed ?? SEED_DEFAULT;
  const folder = mkdtempSync(path.join(tmpdir(), 'overnight-rehearse-'));
  let night: Night | undefined;
  const cleanUp = async (): Promise<void> => {
    await night?.abandon();
    if (options.keep !== true) rmSync(folder, { recursive: true, force: true });
  };
  const stopWatching = onInterrupt(async () => {
    tell('\nstopping\n');
    await cleanUp();
    process.exit(EXIT_INTERRUPTED);
  });
  try {
    tell(`rehearsing ${scenes.flat().length} faults in ${folder}\n`);
    night = await Night.start(folder, seed);
    const report = await playScript(night, { scenes, seed, onAct: (act) => tell(drawAct(act)) });
    if (options.keep === true) {
      writeFileSync(path.join(folder, 'report.json'), `${JSON.stringify(report)}\n`);
    }
    return report;
  } finally {
    stopWatching();
    await cleanUp();
    if (options.keep === true) tell(`kept: ${folder}\n`);
  }
}

const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Calls once when somebody stops us; returns what ends the listening. */
function onInterrupt(stop: () => Promise<void>): () => void {
  let isStopping = false;
  const listener = (): void => {
    if (isStopping) return;
    isStopping = true;
    void stop();
  };
  for (const signal of INTERRUPTS) process.on(signal, listener);
  return () => {
    for (const signal of INTERRUPTS) process.off(signal, listener);
  };
}

function drawAct(record: ActRecord): string {
  const { act, injectedAt, recoveredAt, trouble, notInjected } = record;
  const tookMs = (recoveredAt?.atMs ?? 0) - (injectedAt?.atMs ?? 0);
  const end =
    record.verdict === 'survived' ? `over after ${formatAge(tookMs)}` : (trouble ?? notInjected);
  return `  ${act.name}: ${record.verdict}, ${end ?? 'never proven'}\n`;
}

function listActs(scenes: readonly (readonly Act[])[]) {
  return scenes.flatMap((scene, place) =>
    scene.map(({ name, family, story }) => ({ scene: place + 1, name, family, story })),
  );
}

function drawActs(scenes: readonly (readonly Act[])[]): string {
  const rows = listActs(scenes).map(({ scene, name, family, story }) => [
    String(scene),
    name,
    family,
    story,
  ]);
  return `${formatTable(['scene', 'fault', 'family', 'what happens'], rows)}\n`;
}
