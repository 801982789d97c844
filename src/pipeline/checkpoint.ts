import { InvariantBroken } from '../domain/assert.ts';
import type { BoundedState } from '../domain/bounded.ts';
import type { HealthSampled, Started } from '../domain/event.ts';
import type { VenueId } from '../domain/instrument.ts';
import type { Mode } from '../domain/mode.ts';
import { Random, type RandomState } from '../domain/random.ts';
import type { UnixMs } from '../domain/units.ts';
import { Portfolio } from '../portfolio/portfolio.ts';
import type { PortfolioState } from '../portfolio/portfolio-state.ts';
import { type BootState, loadBoot, saveBoot } from './boot-checkpoint.ts';
import { DecisionRecorder } from './decisions.ts';
import { Desk } from './desk.ts';
import type { ModeState } from './modes.ts';
import { scalesOf } from './open-venue.ts';
import type { DeskSetup, VenueSetup } from './setup.ts';
import { loadVenue, saveVenue, type VenueState } from './venue-checkpoint.ts';

/** Of the shape of a checkpoint. It rises with every change of what any room keeps. */
export const CHECKPOINT_VERSION = 7;

/**
 * All that a desk knows between two events, as plain data: a desk loaded from it decides whatever
 * comes next as the one that was saved. It may share its parts with that desk: write it down at once.
 */
export interface DeskCheckpoint {
  readonly version: number;
  readonly phase: Desk['phase'];
  readonly nowMs: UnixMs;
  /** Its rows only while a venue is not furnished yet: nobody reads them later. */
  readonly started?: Started | undefined;
  readonly mode: ModeState;
  readonly targetMode?: ModeState | undefined;
  readonly holds: BoundedState<readonly [string, Mode]>;
  readonly flattening: boolean;
  readonly mustGoOnFlattening: boolean;
  readonly announcedReady: boolean;
  readonly firstOrderAtMs?: UnixMs | undefined;
  readonly health?: HealthSampled | undefined;
  readonly lastTickAtMs: number;
  readonly stopCause: string;
  readonly stopBeganAtMs: number;
  /** In the order in which they were furnished. */
  readonly venues: readonly VenueState[];
  readonly boots: readonly BootState[];
  readonly portfolio?: PortfolioState | undefined;
  /** Decision records made so far. */
  readonly recordsCount?: number | undefined;
  readonly generator?: RandomState | undefined;
  readonly requestsCount: number;
}

/** The desk as it is. Only between two events, when all effects have been handed out; changes nothing. */
export function saveDesk(desk: Desk): DeskCheckpoint {
  if (desk.out.length > 0) throw new InvariantBroken('a desk is saved between two events');
  const { started } = desk;
  return {
    version: CHECKPOINT_VERSION,
    phase: desk.phase,
    nowMs: desk.nowMs,
    started: started && { ...started, rows: desk.boots.length === 0 ? [] : started.rows },
    mode: desk.mode,
    targetMode: desk.targetMode,
    holds: desk.holds.save(),
    flattening: desk.flattening,
    mustGoOnFlattening: desk.mustGoOnFlattening,
    announcedReady: desk.announcedReady,
    firstOrderAtMs: desk.firstOrderAtMs,
    health: desk.health,
    lastTickAtMs: desk.lastTickAtMs,
    stopCause: desk.stopCause,
    stopBeganAtMs: desk.stopBeganAtMs,
    venues: desk.venues.map(saveVenue),
    boots: desk.boots.map(saveBoot),
    portfolio: desk.portfolio?.save(),
    recordsCount: desk.recorder?.save(),
    generator: desk.generator?.save(),
    requestsCount: desk.requestsCount,
  };
}

/**
 * A desk that goes on where the saved one stood. Throws when the checkpoint is of another version or
 * of a venue that the set-up does not have.
 */
export function loadDesk(setup: DeskSetup, checkpoint: DeskCheckpoint): Desk {
  const { version } = checkpoint;
  if (version !== CHECKPOINT_VERSION) {
    throw new Error(`checkpoint: version ${version}, this build reads ${CHECKPOINT_VERSION}`);
  }
  const desk = new Desk(setup);
  desk.phase = checkpoint.phase;
  desk.nowMs = checkpoint.nowMs;
  desk.started = checkpoint.started;
  desk.mode = checkpoint.mode;
  desk.targetMode = checkpoint.targetMode;
  desk.holds.load(checkpoint.holds);
  desk.flattening = checkpoint.flattening;
  desk.mustGoOnFlattening = checkpoint.mustGoOnFlattening;
  desk.announcedReady = checkpoint.announcedReady;
  desk.firstOrderAtMs = checkpoint.firstOrderAtMs;
  desk.health = checkpoint.health;
  desk.lastTickAtMs = checkpoint.lastTickAtMs;
  desk.stopCause = checkpoint.stopCause;
  desk.stopBeganAtMs = checkpoint.stopBeganAtMs;
  desk.requestsCount = checkpoint.requestsCount;
  for (const state of checkpoint.venues) {
    desk.venues.push(loadVenue(desk, findSetup(setup, state.venue), state));
  }
  for (const state of checkpoint.boots) {
    desk.boots.push(loadBoot(desk, findSetup(setup, state.venue), state));
  }
  desk.portfolio = checkpoint.portfolio && loadPortfolio(desk, checkpoint.portfolio);
  if (checkpoint.recordsCount !== undefined) {
    desk.recorder = DecisionRecorder.of(setup);
    desk.recorder.load(checkpoint.recordsCount);
  }
  if (checkpoint.generator !== undefined) {
    desk.generator = new Random(checkpoint.generator.words);
    desk.generator.load(checkpoint.generator);
  }
  return desk;
}

/** It was opened with the first venue that was furnished. */
function loadPortfolio(desk: Desk, state: PortfolioState): Portfolio {
  const { portfolio: settings, accountQuote } = desk.setup;
  const instruments = desk.venues[0]?.feed.instruments ?? [];
  const portfolio = new Portfolio(settings, accountQuote, scalesOf(instruments));
  portfolio.load(state);
  return portfolio;
}

function findSetup(setup: DeskSetup, name: VenueId): VenueSetup {
  const found = setup.venues.find(({ venue }) => venue === name);
  if (found === undefined) throw new Error(`checkpoint: venue ${name} is not in the settings`);
  return found;
}
