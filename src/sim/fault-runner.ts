import type { SimClock } from './clock.ts';
import type { FaultFamily, FaultMoment, PlannedFault, SimFault } from './fault.ts';
import type { NightListener } from './listener.ts';
import type { Listeners } from './listeners.ts';
import type { Stage } from './stage.ts';
import type { Troubles } from './trouble.ts';

/** A fault that waits for its instant and never finds it happens at once after all. */
const PATIENCE_MS = 120_000;
/** What has just ended may still be the reason of what is seen now. */
const RECENT_MS = 120_000;

export interface FaultRunnerParts {
  readonly clock: SimClock;
  readonly troubles: Troubles;
  readonly listeners: () => Listeners;
  readonly catalogue: ReadonlyMap<string, SimFault>;
  /** Chance of its own for each occurrence: taking one fault away changes no other. */
  readonly stageOf: (random: string) => Stage;
}

interface Waiting {
  readonly plan: PlannedFault;
  isDone: boolean;
}

/** Begins what a schedule plans, each at its instant, and ends it in time. */
export class FaultRunner implements NightListener {
  readonly #parts: FaultRunnerParts;
  readonly #waiting: Waiting[] = [];
  readonly #active: PlannedFault[] = [];
  /** By name of the fault. */
  readonly #endedAtMs = new Map<string, number>();
  #isFrozen = false;

  constructor(parts: FaultRunnerParts) {
    this.#parts = parts;
  }

  /** What is wrong, or was a moment ago. */
  recentNames(): readonly string[] {
    const { nowMs } = this.#parts.clock;
    const names = new Set(this.#active.map(({ name }) => name));
    for (const [name, endedAtMs] of this.#endedAtMs) {
      const isLasting = this.#parts.catalogue.get(name)?.isLasting === true;
      if (isLasting || nowMs - endedAtMs <= RECENT_MS) names.add(name);
    }
    return [...names].sort();
  }

  /** What is wrong now, oldest first. */
  get active(): readonly PlannedFault[] {
    return this.#active;
  }

  /** Where a fault comes from; throws for one that no catalogue holds. */
  familyOf({ name }: Pick<PlannedFault, 'name'>): FaultFamily {
    return this.#find(name).family;
  }

  /** Nothing is wrong, nor about to be. */
  get isQuiet(): boolean {
    return this.#active.length === 0 && this.#waiting.every(({ isDone }) => isDone);
  }

  plan(schedule: readonly PlannedFault[]): void {
    for (const plan of schedule) {
      this.#parts.clock.after(plan.atMs, () => this.#isDue(plan));
    }
  }

  /** From now on nothing new goes wrong; what is wrong ends in its time. */
  freeze(): void {
    this.#isFrozen = true;
    for (const waiting of this.#waiting) waiting.isDone = true;
  }

  onRequest(request: { readonly kind: string }): void {
    if (request.kind === 'place') this.#seize('orderLeft');
  }

  onArrived(entry: { readonly isAccepted: boolean }): void {
    if (entry.isAccepted) this.#seize('orderTaken');
  }

  onHappening(happening: {
    readonly type: string;
    readonly fill?: unknown;
    readonly order?: { readonly accountKey: string };
  }): void {
    const isOurs = happening.order?.accountKey === 'ours';
    if (happening.type === 'orderUpdated' && happening.fill !== undefined && isOurs) {
      this.#seize('filled');
    }
  }

  onLifeBegan(): void {
    this.#seize('recovering');
  }

  #isDue(plan: PlannedFault): void {
    if (this.#isFrozen) return;
    if (plan.moment === 'atOnce') {
      this.#begin(plan);
      return;
    }
    const waiting: Waiting = { plan, isDone: false };
    this.#waiting.push(waiting);
    this.#parts.clock.after(PATIENCE_MS, () => this.#take(waiting));
  }

  /** The instant itself is somebody else's line of code: the fault begins right behind it. */
  #seize(moment: FaultMoment): void {
    const waiting = this.#waiting.find(({ plan, isDone }) => plan.moment === moment && !isDone);
    if (waiting === undefined) return;
    this.#parts.clock.after(0, () => this.#take(waiting));
  }

  #take(waiting: Waiting): void {
    if (waiting.isDone) return;
    waiting.isDone = true;
    this.#begin(waiting.plan);
  }

  #begin(plan: PlannedFault): void {
    const { clock, listeners, stageOf, troubles } = this.#parts;
    const fault = this.#find(plan.name);
    this.#active.push(plan);
    listeners().onFaultBegan(plan);
    const { trouble, end } = fault.begin(stageOf(`${plan.name}@${plan.atMs}`), plan);
    if (trouble !== undefined) troubles.begin(trouble);
    clock.after(plan.durationMs, () => {
      if (trouble !== undefined) troubles.end(trouble);
      end?.();
      this.#active.splice(this.#active.indexOf(plan), 1);
      this.#endedAtMs.set(plan.name, clock.nowMs);
      listeners().onFaultEnded(plan);
    });
  }

  #find(name: string): SimFault {
    const fault = this.#parts.catalogue.get(name);
    if (fault === undefined) throw new Error(`no fault is called ${name}`);
    return fault;
  }
}
