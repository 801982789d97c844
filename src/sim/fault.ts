import type { Random } from '../domain/random.ts';
import type { Stage } from './stage.ts';
import type { Trouble } from './trouble.ts';

export const FAULT_FAMILIES = [
  'feed',
  'network',
  'rest',
  'userStream',
  'process',
  'disk',
  'clock',
  'operator',
  'alarm',
] as const;
export type FaultFamily = (typeof FAULT_FAMILIES)[number];

/** At what a fault waits, once its time has come, to begin at an awkward instant. */
export const FAULT_MOMENTS = [
  /** As soon as its time has come. */
  'atOnce',
  /** The first byte of an order has left. */
  'orderLeft',
  /** The venue has just taken an order; its answer has not left. */
  'orderTaken',
  /** The exchange has just executed one of our orders. */
  'filled',
  /** A start of the daemon has just begun: in the middle of its recovery. */
  'recovering',
] as const;
export type FaultMoment = (typeof FAULT_MOMENTS)[number];

/** A fault as a schedule holds it: plain data, so that a night can be written down and shrunk. */
export interface PlannedFault {
  readonly name: string;
  /** After the beginning of the night. */
  readonly atMs: number;
  readonly durationMs: number;
  readonly moment: FaultMoment;
  /** What this kind of fault needs to know, drawn with it. */
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
}

/** What was drawn for one occurrence. */
export type FaultDraw = Pick<PlannedFault, 'durationMs' | 'parameters'>;

/** One kind of fault; each lives in its own file and stands in `faults/catalogue.ts`. */
export interface SimFault {
  /** `noun.state`, as in `feed.half_open`. */
  readonly name: string;
  readonly family: FaultFamily;
  /** One line for people. */
  readonly about: string;
  /** Instants at which it may begin, `atOnce` apart. */
  readonly moments: readonly FaultMoment[];
  /** How often it is drawn against the others; 1 unless told otherwise. */
  readonly share?: number;
  /** Nobody in the night can undo what it has done: it may be the reason of whatever is seen later. */
  readonly isLasting?: boolean;
  readonly draw: (random: Random, about: DrawContext) => FaultDraw;
  /** What is wrong from now on; `end` is called once when it is over, after the trouble was taken away. */
  readonly begin: (stage: Stage, plan: PlannedFault) => BegunFault;
}

export interface DrawContext {
  /** As the venue spells them. */
  readonly symbols: readonly string[];
}

export interface BegunFault {
  readonly trouble?: Trouble;
  readonly end?: () => void;
}
