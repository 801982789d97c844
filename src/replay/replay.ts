import { basename } from 'node:path';
import type { DeskEvent } from '../domain/event.ts';
import { loadDesk } from '../pipeline/checkpoint.ts';
import { decodeCheckpoint } from '../pipeline/checkpoint-text.ts';
import { Desk } from '../pipeline/desk.ts';
import type { DeskSetup } from '../pipeline/setup.ts';
import type { CheckpointRecord } from '../store/capture-checkpoint.ts';
import { OUTCOMES_SINCE, type SegmentHeader } from '../store/capture-header.ts';
import type { CapturedItem } from '../store/capture-reader.ts';
import { BeyondUntil } from './beyond-until.ts';
import { type CapturedNight, readNight } from './captured-night.ts';
import { Comparison } from './comparison.ts';
import { type Asked, Coverage } from './coverage.ts';
import { DecidedLife } from './decided-life.ts';
import { Findings } from './findings.ts';
import { type Decider, makeLifeSetup } from './life-setup.ts';
import { OwnAnswers } from './own-answers.ts';
import { isHeard, isOutcomeNumber, readHeader, readLostCount } from './record-text.ts';
import type { ReplayReport } from './replay-report.ts';
import { judge } from './verdict.ts';
import type { Witness } from './witness.ts';

export interface ReplayOptions extends Decider {
  readonly night: CapturedNight;
  /** Events later than this are not heard. */
  readonly untilMs: number;
  /** What else was written down that night: how much there was, never what it should be. */
  readonly witness?: Witness | undefined;
}

/** Decides a captured night again and compares. Throws `UnusableSettings`, and what reading files throws. */
export function replay(options: ReplayOptions): ReplayReport {
  const run = new ReplayRun(options);
  const { files, behind, ends } = options.night;
  let last: string | undefined;
  for (const { file, item } of readNight(options.night)) {
    last = file;
    if (!run.take(file, item)) break;
  }
  if (run.isAllHeard && last !== files.at(-1)) run.tailIsEmpty();
  if (run.isAllHeard && behind.type === 'next') {
    // A kill leaves files in which nothing has arrived yet.
    let isTold = false;
    for (const { file, item } of readNight({ files: behind.files, ends })) {
      isTold = true;
      if (!run.askBehind(file, item)) break;
    }
    if (!isTold) run.nothingBehind();
  }
  return run.finish();
}

class ReplayRun {
  readonly #options: ReplayOptions;
  readonly #comparison: Comparison;
  readonly #findings = new Findings();
  readonly #coverage = new Coverage();
  #header: SegmentHeader | undefined;
  /** Files, lives or other settings come before what is read. */
  #hasBefore = false;
  #setup: DeskSetup | undefined;
  /** The desk that decides again; `undefined` where nothing can be compared. */
  #life: DecidedLife | undefined;
  /** Records of the recorded life so far. */
  #recordsCount = 0;
  #livesCount = 0;
  #checkpointsCount = 0;
  #gapsCount = 0;
  #asked: Asked;
  #fromMs: number | undefined;
  #toMs: number | undefined;
  #hasOutcomes = false;
  /** Of the last event. */
  #file = '';
  #beyond: BeyondUntil | undefined;

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#comparison = new Comparison(options.changes.length === 0);
    const { isPart, behind } = options.night;
    // Of its life a file that others follow is a part, until they show that it is the last one.
    const alone = behind.type === 'nothing' ? 'life' : 'unknownPart';
    this.#asked = isPart ? alone : 'all';
  }

  get isAllHeard(): boolean {
    return this.#beyond === undefined;
  }

  /** `false` when nothing that comes later is to be read. */
  take(file: string, item: CapturedItem): boolean {
    if (this.#beyond !== undefined) return this.#beyond.take(file, item);
    switch (item.type) {
      case 'event':
        if (item.event.atMs > this.#options.untilMs) this.#hearLater(file, item.event);
        else this.#hear(file, item.event);
        return true;
      case 'outcome':
        this.#takeOutcome(file, item.text, item.number);
        return true;
      case 'header':
        this.#takeHeader(file, item.text);
        return true;
      case 'checkpoint':
        this.#takeCheckpoint(file, item.checkpoint);
        return true;
      case 'gap':
        this.#takeGap(file, item.text);
        return true;
      case 'unreadable':
        this.#findings.damaged(item.text);
        this.#stop(file, 'what stands there cannot be read', 0);
        return true;
      case 'foreign':
        this.#takeForeign(file, item.kind);
        return true;
    }
  }

  /**
   * The first records of the file behind the chosen one: they tell how much there was before it, so that one
   * that is cut off is seen. `false` when it has told all that it knows.
   */
  askBehind(file: string, item: CapturedItem): boolean {
    switch (item.type) {
      case 'header': {
        const epoch = readHeader(item.text)?.epoch;
        if (epoch !== undefined && epoch !== this.#header?.epoch) this.#asked = 'life';
        return epoch !== undefined;
      }
      case 'checkpoint':
        if (this.#life === undefined || this.#asked === 'life') return false;
        this.#takeCheckpoint(file, item.checkpoint);
        this.#asked = 'part';
        return false;
      case 'event':
        if (item.event.type === 'started') this.#coverage.startedBehind(item.event);
        return false;
      default:
        return false;
    }
  }

  /** The files behind the chosen one hold nothing: of what was written down it is the last. */
  nothingBehind(): void {
    this.#asked = 'life';
  }

  tailIsEmpty(): void {
    this.#coverage.tailIsEmpty();
  }

  finish(): ReplayReport {
    this.#endLife();
    this.#findings.comparedAgain();
    const { counts, differences } = this.#comparison;
    const { recorded, decided } = this.#comparison.hashes();
    const { witness, night } = this.#options;
    const coverage = this.#coverage.assess(witness, this.#asked);
    const compared = { hasOutcomes: this.#hasOutcomes, checkpointsCount: this.#checkpointsCount };
    const found = { comparison: this.#comparison, findings: this.#findings, coverage };
    const verdict = judge({ ...compared, ...found });
    for (const note of witness?.notes ?? []) this.#findings.noted(note);
    const { damages, notes, uncompared } = this.#findings;
    return {
      verdict,
      isIdentical: verdict === 'identical',
      coverage,
      gapsCount: this.#gapsCount,
      eventsCount: counts.events,
      decisionsCount: counts.decisions,
      rowsCount: counts.rows,
      ordersCount: counts.orders,
      cancelsCount: counts.cancels,
      recordedHash: recorded,
      hash: decided,
      filesCount: night.files.length,
      livesCount: this.#livesCount,
      checkpointsCount: this.#checkpointsCount,
      fromMs: this.#fromMs,
      toMs: this.#toMs,
      differencesCount: differences.count,
      differences: differences.first,
      approximateFrom: differences.firstOrderPlace,
      changedReasons: differences.count === 0 ? [] : differences.changedReasons(),
      uncompared,
      damages,
      notes: verdict === 'nothing' ? [...notes, 'nothing was compared'] : notes,
    };
  }

  #takeHeader(file: string, text: string): void {
    const header = readHeader(text);
    if (header === undefined) {
      this.#findings.damaged(`${file}: found ${text.slice(0, 80)}, expected a segment's header`);
      return;
    }
    const before = this.#header;
    const isSameLife = before?.epoch === header.epoch && before.configHash === header.configHash;
    this.#header = header;
    if (isSameLife) return;
    this.#hasBefore = before !== undefined || file !== this.#options.night.files[0];
    this.#endLife();
    if (header.epoch !== before?.epoch) this.#coverage.lifeBegins(header.epoch);
    this.#recordsCount = 0;
    this.#setup = makeLifeSetup(header, this.#options, this.#findings);
    if (header.version >= OUTCOMES_SINCE) this.#hasOutcomes = true;
    else
      this.#findings.noted(
        `version ${header.version} of a capture holds no decisions to compare with`,
      );
  }

  #hear(file: string, event: DeskEvent): void {
    this.#recordsCount += 1;
    if (event.type === 'started' && this.#setup !== undefined) {
      this.#endLife();
      this.#recordsCount = 1;
      this.#livesCount += 1;
      this.#coverage.started(event);
      this.#begin(new Desk(this.#setup));
    }
    if (this.#life?.broken !== undefined) this.#breakOff(file);
    this.#file = file;
    this.#coverage.heard(event.atMs);
    if (this.#life === undefined) {
      this.#findings.skipped(file);
      return;
    }
    this.#life.hear(file, event);
    this.#fromMs ??= event.atMs;
    this.#toMs = event.atMs;
  }

  /** The first event behind `--until`: that it came proves that what was recorded before it is whole. */
  #hearLater(file: string, event: DeskEvent): void {
    this.#asked = 'part';
    const { untilMs, night } = this.#options;
    if (event.type === 'started') {
      this.#endLife();
      this.#coverage.startedBehind(event);
    }
    const recordsCount = this.#life && this.#recordsCount + 1;
    if (this.#life?.broken !== undefined) this.#breakOff(file);
    this.#comparison.close(true);
    const behind = night.files.slice(night.files.indexOf(file) + 1);
    const place = { untilMs, file, epoch: this.#header?.epoch, recordsCount };
    this.#beyond = new BeyondUntil(this.#findings, place, behind);
  }

  #takeOutcome(file: string, text: string, number: number): void {
    this.#recordsCount += 1;
    const isCounted = isOutcomeNumber(number, this.#recordsCount);
    const isCompared = this.#life !== undefined && isCounted;
    this.#coverage.outcome(text, isCompared);
    if (this.#life === undefined) this.#findings.skippedOutcome(file, text);
    else if (isCompared) this.#life.recorded(text);
    else {
      const place = `${file}: found outcome number ${number} as record ${this.#recordsCount} of its life`;
      this.#findings.damaged(`${place}: records are missing before it, and no gap says so`);
      this.#stop(file, 'records are missing', 0);
      this.#findings.skippedOutcome(file, text);
    }
  }

  /** It stands between two events: what the last one caused is whole. */
  #takeCheckpoint(file: string, checkpoint: CheckpointRecord): void {
    const { recordsCount, text, missing } = checkpoint;
    if (missing !== undefined)
      this.#findings.noted(`${basename(file)} has no checkpoint: ${missing}`);
    if (this.#life?.broken !== undefined) this.#breakOff(file);
    if (this.#life !== undefined) {
      this.#comparison.close(true);
      const found = this.#recordsCount;
      if (found !== recordsCount) {
        const place = `${file}: found ${found} records before its checkpoint, expected ${recordsCount}`;
        this.#findings.damaged(`${place}: some are missing, and no gap says so`);
        this.#stop(file, 'records are missing', Math.max(recordsCount - found, 0));
      } else if (text !== undefined && this.#options.changes.length === 0) {
        if (this.#life.compareDesk(text)) this.#checkpointsCount += 1;
      }
    } else if (this.#hasBefore && recordsCount > this.#recordsCount) {
      const place = `${file}: found ${this.#recordsCount} records of its life before its checkpoint, expected ${recordsCount}`;
      this.#findings.damaged(`${place}: the files before it are missing`);
    }
    this.#recordsCount = recordsCount;
    if (this.#life === undefined && text !== undefined) this.#beginAt(file, text);
  }

  #beginAt(file: string, text: string): void {
    if (this.#setup === undefined) return;
    try {
      this.#begin(loadDesk(this.#setup, decodeCheckpoint(text)));
    } catch (error) {
      // Of another build, or damaged: a later one, or the next start, may do.
      this.#findings.noted(`the checkpoint of ${basename(file)} is of no use: ${String(error)}`);
    }
  }

  #takeGap(file: string, text: string): void {
    const lostCount = readLostCount(text);
    this.#gapsCount += 1;
    this.#recordsCount += lostCount;
    this.#stop(file, `a gap: ${text}`, lostCount);
  }

  #takeForeign(file: string, kind: number): void {
    const what = `a record of kind ${kind}, of another build`;
    if (isHeard(kind)) this.#stop(file, what, 1);
    else this.#findings.noted(`${basename(file)} holds ${what}`);
  }

  #begin(desk: Desk): void {
    this.#findings.comparedAgain();
    const answers = this.#options.changes.length === 0 ? undefined : new OwnAnswers(desk);
    this.#life = new DecidedLife(desk, this.#comparison, answers);
  }

  /** Nothing that comes can be compared before the next checkpoint or start. */
  #stop(file: string, why: string, lostCount: number): void {
    this.#endLife();
    this.#findings.stopped(file, why, lostCount);
  }

  /** The desk broke, and the recorded one went on. */
  #breakOff(file: string): void {
    this.#comparison.differs(undefined, `broken ${String(this.#life?.broken)}`);
    this.#life = undefined;
    this.#findings.stopped(file, 'the desk broke where the recorded one went on', 0);
  }

  /** The record may end in the middle of what the last event caused. */
  #endLife(): void {
    const life = this.#life;
    if (life === undefined) return;
    this.#comparison.close(false);
    this.#life = undefined;
    if (life.broken === undefined) return;
    const why = 'and nothing tells whether it broke the recorded one, too';
    this.#findings.stopped(
      this.#file,
      `the event breaks the desk: ${String(life.broken)}, ${why}`,
      1,
    );
  }
}
