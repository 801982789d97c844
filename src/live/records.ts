import path from 'node:path';
import type { Settings } from '../config/settings.ts';
import type { FaultId } from '../domain/fault.ts';
import { LatencyProbe } from '../observe/latency-probe.ts';
import { MetricSet } from '../observe/metric-set.ts';
import { Capture } from '../store/capture.ts';
import type { RunHeader } from '../store/capture-header.ts';
import { DecisionReader } from '../store/decision-reader.ts';
import { DecisionStore } from '../store/decision-store.ts';
import { DecisionLog } from './decision-log.ts';
import { DecisionSink } from './decision-sink.ts';
import { FaultBoard } from './fault-board.ts';
import { AppLog } from './log.ts';
import { rotationOf } from './rotating-file.ts';
import { exportSinks } from './sink-metrics.ts';
import { wallClockMs } from './wall-clock.ts';
import { WorldMetrics } from './world-metrics.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const SECOND_MS = 1_000;

export interface RecordsSetup {
  readonly settings: Settings;
  /** Written into each segment of the capture; logs and decisions carry parts of it. */
  readonly header: RunHeader;
  /** The desk between two events as text; `undefined` before it has started. */
  readonly checkpoint: () => string | undefined;
  /** Names of the work loops, for their metric. */
  readonly loops: readonly string[];
}

/** Everything the daemon writes down beside the journal: logs, decisions, capture, numbers. */
export class Records {
  readonly metrics: MetricSet;
  readonly worldMetrics: WorldMetrics;
  readonly probe: LatencyProbe;
  readonly log: AppLog;
  readonly faults: FaultBoard;
  readonly decisions: DecisionSink;
  /** Its own connection: a long question does not hold up the writer. */
  readonly reader: DecisionReader;
  /** `undefined` when the settings switch it off. */
  readonly capture: Capture | undefined;
  /** Names of the bounded collections that may be exported; they come to be as the desk is furnished. */
  readonly collectionNames: string[] = [];

  constructor(setup: RecordsSetup) {
    const { settings, header, checkpoint } = setup;
    const { configHash, buildId, epoch } = header;
    const venues = [settings.venue.name];
    this.metrics = new MetricSet({
      venues,
      symbols: settings.symbols,
      strategies: settings.signal.strategies.map(({ id }) => id),
      collections: this.collectionNames,
      loops: setup.loops,
    });
    this.worldMetrics = new WorldMetrics(this.metrics, venues);
    // The clock that stamps each frame at its socket: t1 is in the event already.
    this.probe = new LatencyProbe(wallClockMs, this.metrics);
    this.faults = new FaultBoard(this.metrics);
    const rotation = rotationOf(settings.log);
    this.log = new AppLog({
      path: path.join(settings.log.dir, 'overnight.jsonl'),
      level: settings.log.level,
      rotation,
      base: { buildId, epoch },
      nowMs: wallClockMs,
      stdout: process.stdout,
    });
    const decisionsPath = path.join(settings.data.dir, 'decisions.db');
    const storeLimits = {
      path: decisionsPath,
      ageMsMax: settings.retention.decisionsDaysMax * DAY_MS,
      bytesMax: settings.retention.decisionsBytesMax,
    };
    const decisionStore = new DecisionStore(storeLimits, (text) =>
      this.#trouble('decisions.failed', text),
    );
    const decisionLog = new DecisionLog({
      path: path.join(settings.log.dir, 'decisions.jsonl'),
      rotation,
      nowMs: wallClockMs,
    });
    this.decisions = new DecisionSink({
      epoch,
      buildId,
      configHash,
      store: decisionStore,
      log: decisionLog,
      probe: this.probe,
      metrics: this.metrics,
    });
    const reader = DecisionReader.open(decisionsPath);
    if (reader === undefined) throw new Error(`${decisionsPath} was made and cannot be read`);
    this.reader = reader;
    if (settings.capture.enabled) {
      const captureLimits = {
        folder: path.join(settings.data.dir, 'capture'),
        ageMsMax: settings.capture.hoursMax * HOUR_MS,
        bytesMax: settings.capture.bytesMax,
        segmentAgeMsMax: settings.capture.segmentSecondsMax * SECOND_MS,
        header: { ...header },
        checkpoint,
      };
      this.capture = new Capture(captureLimits, {
        failed: (text) => this.#trouble('capture.failed', text),
        recovered: (text) =>
          this.log.change('capture.recovered', 'the capture is written again', { text }),
      });
    }
    const { log, capture } = this;
    exportSinks(this.metrics, { log, decisionLog, decisionStore, capture });
  }

  /** Trading goes on without these records; a person must know that they are missing. */
  #trouble(fault: FaultId, text: string): void {
    this.faults.raise(fault, 'error', { text });
    this.log.fault(fault, 'error', { text });
  }
}
