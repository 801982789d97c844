import { type ChildProcess, fork } from 'node:child_process';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';
import { makeGround } from './ground.ts';
import { CRASHED, HUNG, type NightOutcome, type NightPlan, type WorkerSays } from './words.ts';

/** A night tells of every ten minutes that it passed: a third of a second of work, ten seconds where thirty processes want it. */
const SILENT_MS_MAX = 120_000;
/** So long after its end a night waits for something that never comes. */
const OVERTIME_MS_MAX = 7_200_000;
const HOUR_MS = 3_600_000;
/** A night holds about 0.4 GB; whoever needs five times that has a leak, and dies of it. */
const HEAP_MB_MAX = 2_048;
/** Of the last words of a process that broke. */
const LAST_WORDS_MAX = 4_000;

export interface WorkersOptions {
  readonly jobs: number;
  /** The Node that the nights run under; default our own. */
  readonly node?: string;
  /** How long a night may say nothing, by the clock on the wall. */
  readonly silentMsMax?: number;
  /** The file that a worker runs, for tests of what happens when one breaks. */
  readonly file?: string;
}

interface Waiting {
  readonly plan: NightPlan;
  readonly done: (outcome: NightOutcome) => void;
}

/** Child processes that run nights, each one at a time. A night that hangs or kills its process costs only itself. */
export class NightWorkers {
  readonly jobs: number;
  readonly #options: WorkersOptions;
  /** Where the journals of its nights lie. */
  readonly folder: string;
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();
  readonly #waiting: Waiting[] = [];

  constructor(options: WorkersOptions) {
    this.jobs = options.jobs;
    this.#options = options;
    this.folder = makeGround(options.jobs);
  }

  /** Never rejects: what became of the process is the outcome. */
  run(plan: NightPlan): Promise<NightOutcome> {
    return new Promise((done) => {
      this.#waiting.push({ plan, done });
      this.#next();
    });
  }

  close(): void {
    for (const worker of this.#all) worker.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #next(): void {
    const first = this.#waiting[0];
    const worker = first === undefined ? undefined : this.#findWorker();
    if (first === undefined || worker === undefined) return;
    this.#waiting.shift();
    void this.#give(worker, first);
  }

  #findWorker(): Worker | undefined {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (!idle.isGone) return idle;
      this.#all.delete(idle);
    }
    if (this.#all.size >= this.jobs) return undefined;
    const worker = new Worker(this.#options);
    this.#all.add(worker);
    return worker;
  }

  async #give(worker: Worker, { plan, done }: Waiting): Promise<void> {
    const outcome = await worker.run(plan, this.folder);
    if (worker.isGone) this.#all.delete(worker);
    else this.#idle.push(worker);
    done(outcome);
    this.#next();
  }
}

class Worker {
  readonly #child: ChildProcess;
  readonly #silentMsMax: number;
  #lastWords = '';
  #end: string | undefined;

  constructor({ node, silentMsMax = SILENT_MS_MAX, file = 'night-process.ts' }: WorkersOptions) {
    this.#silentMsMax = silentMsMax;
    this.#child = fork(resolve(import.meta.dirname, file), {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execPath: node ?? process.execPath,
      execArgv: [...process.execArgv, `--max-old-space-size=${HEAP_MB_MAX}`],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS_MAX);
    });
    this.#child.on('error', (error) => {
      this.#lastWords += `\n${error.message}`;
    });
    // After the streams have been read to their end, so that the last words are known.
    this.#child.on('close', (code, signal) => {
      this.#end = `the process of the night ended with ${code ?? signal}`;
    });
  }

  get isGone(): boolean {
    return this.#end !== undefined;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  run(plan: NightPlan, folder: string): Promise<NightOutcome> {
    const child = this.#child;
    let reachedMs = 0;
    let hung: string | undefined;
    return new Promise((done) => {
      const settle = (outcome: NightOutcome): void => {
        clearTimeout(patience);
        child.off('message', onSaid);
        child.off('close', onGone);
        done(outcome);
      };
      const giveUp = (why: string): void => {
        hung = why;
        child.kill('SIGKILL');
      };
      const patience = setTimeout(
        () => giveUp(`nothing heard for ${this.#silentMsMax / 1_000} s`),
        this.#silentMsMax,
      );
      const onSaid = (said: WorkerSays): void => {
        if (said.type === 'done') {
          settle(said.outcome);
          return;
        }
        reachedMs = said.atMs;
        patience.refresh();
        if (reachedMs > plan.hours * HOUR_MS + OVERTIME_MS_MAX) giveUp('its end never came');
      };
      const onGone = (): void => {
        const text = hung ?? [this.#end, this.#lastWords.trim()].filter(Boolean).join('\n');
        settle(brokenOff(plan, hung === undefined ? CRASHED : HUNG, reachedMs, text));
      };
      child.on('message', onSaid);
      child.on('close', onGone);
      if (this.isGone) onGone();
      // What cannot be said any more is followed by `close`.
      else child.send({ type: 'run', plan, folder }, () => undefined);
    });
  }
}

/** What is left of a night of which nobody can tell: where it was last seen. */
function brokenOff(
  plan: NightPlan,
  invariant: string,
  reachedMs: number,
  text: string,
): NightOutcome {
  const where = `last seen ${Math.round(reachedMs / 60_000)} minutes into the night`;
  return {
    plan,
    startMs: 0,
    counts: { events: 0, frames: 0, orders: 0, fills: 0, lives: 0, commits: 0, journalRows: 0 },
    journalHash: '',
    isSettled: false,
    faultsBegan: {},
    checks: {},
    broken: { [invariant]: 1 },
    violations: [{ invariant, atMs: 0, text: `${text}\n${where}`, faults: [] }],
    coverage: {},
    cpuMs: 0,
    rssBytesMax: 0,
  };
}
