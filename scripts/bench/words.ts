// What the processes of a benchmark say to each other.

import type { FrameKind } from '../../test/support/frames.ts';

/** How the venue is made; its only argument. */
export interface VenueSetup {
  readonly seed: string;
  readonly symbolsCount: number;
  readonly framesCount: number;
  /** Market data come from a script that provokes orders instead of from the tape. */
  readonly provokesOrders: boolean;
}

export type ToVenue =
  /** Flat out, up to this frame of the tape. */
  | { readonly type: 'play'; readonly to: number }
  | { readonly type: 'pace'; readonly to: number; readonly perSecond: number }
  | { readonly type: 'provokeOrders'; readonly count: number };

export type VenueSays =
  | {
      readonly type: 'listening';
      readonly port: number;
      readonly exchangePort: number;
      readonly counts: Readonly<Record<FrameKind, number>>;
      readonly bytes: number;
    }
  | { readonly type: 'played' }
  | { readonly type: 'ordersCame'; readonly latenciesUs: readonly number[] };

/** Who is measured. */
export const CONTESTANTS = [
  'overnight',
  'overnight, capture off',
  'ccxt.pro',
  'ws + JSON.parse',
  'ws',
] as const;
export type ContestantName = (typeof CONTESTANTS)[number];

/** What a contestant is told at its start; its only argument. */
export interface ContestantSetup {
  readonly name: ContestantName;
  readonly port: number;
  readonly exchangePort: number;
  /** As ccxt and our settings write them. */
  readonly symbols: readonly string[];
  /** A folder of its own, removed by whoever made it. */
  readonly folder: string;
  /** The settings provoke an order at each trigger of the script. */
  readonly provokesOrders: boolean;
  /** Where to leave a CPU profile of the measured part. */
  readonly profileFolder: string | undefined;
}

export type ToContestant =
  /** From now on: CPU, memory and frames are counted from here. */
  | { readonly type: 'mark' }
  /** Answer with `measured` once so many frames were handled in all, and what they caused is done. */
  | { readonly type: 'await'; readonly framesCount: number }
  | { readonly type: 'measure' }
  | { readonly type: 'end' };

/** Since the last `mark`. */
export interface Measured {
  readonly type: 'measured';
  /** All threads of the process. */
  readonly cpuUs: number;
  readonly wallMs: number;
  readonly rssBytes: number;
  /** What it wants to be said beside its number. */
  readonly notes: Readonly<Record<string, string | number>>;
}

export type ContestantSays =
  | { readonly type: 'ready'; readonly notes: Readonly<Record<string, string | number>> }
  | { readonly type: 'marked' }
  | Measured;
