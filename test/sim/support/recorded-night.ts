import type { CheckerKind, Tally } from '../../../src/sim/checker.ts';
import type { PlannedFault, SimFault } from '../../../src/sim/fault.ts';
import { SIM_FAULTS } from '../../../src/sim/faults/catalogue.ts';
import type { NightListener } from '../../../src/sim/listener.ts';
import { type NightOptions, SimNight } from '../../../src/sim/night.ts';

type Hook = keyof NightListener;
type ArgsOf<H extends Hook> = Parameters<NonNullable<NightListener[H]>>;

/** One call of a watcher, as it was made. */
export type Call = { [H in Hook]: { readonly hook: H; readonly args: ArgsOf<H> } }[Hook];

/** A night that is over, with all that its watchers were told. */
export interface RecordedNight {
  readonly night: SimNight;
  readonly calls: readonly Call[];
  readonly isSettled: boolean;
  /** True time from which on nothing went wrong. */
  readonly calmAtMs: number;
  close(): void;
}

export interface RecordOptions {
  readonly seed: string;
  readonly minutes: number;
  readonly faults?: readonly PlannedFault[];
  readonly catalogue?: ReadonlyMap<string, SimFault>;
  readonly settings?: NightOptions['settings'];
  readonly change?: NightOptions['change'];
  /** Before the first minute passes: what a story does to the world. */
  readonly prepare?: (night: SimNight) => void;
}

/** A whole night, kept call by call, so that many checkers can be shown it, told right or told wrong. */
export function recordNight(options: RecordOptions): RecordedNight {
  const { seed, minutes, faults = [], catalogue = SIM_FAULTS, settings, change } = options;
  const calls: Call[] = [];
  const night = new SimNight({
    seed,
    hours: minutes / 60,
    faults,
    catalogue,
    settings,
    change,
    watchers: () => [listenTo(calls)],
  });
  options.prepare?.(night);
  night.runFaults(Math.min(120_000, minutes * 10_000));
  const calmAtMs = night.clock.nowMs;
  night.runCalm();
  const isSettled = night.settle();
  return { night, calls, isSettled, calmAtMs, close: () => night.close() };
}

/** What a checker finds in a night. `retell` changes, drops or repeats what it is told. */
export function judge(
  kind: CheckerKind,
  { night, calls, isSettled }: RecordedNight,
  retell: (call: Call) => readonly Call[] = (call) => [call],
): Tally {
  const checker = kind.make(night);
  for (const call of calls) {
    for (const { hook, args } of retell(call)) {
      const hear = checker[hook];
      if (hear !== undefined) Reflect.apply(hear, checker, args);
    }
  }
  checker.finish?.(isSettled);
  return checker.tally;
}

/** The first call of a kind that fits. Throws when the night has none: the story would prove nothing. */
export function findCall<H extends Hook>(
  { calls }: RecordedNight,
  hook: H,
  fits: (...args: ArgsOf<H>) => boolean,
): Call {
  const found = calls.find(
    (call) => call.hook === hook && Reflect.apply(fits, undefined, call.args),
  );
  if (found === undefined) throw new Error(`no ${hook} of this night fits`);
  return found;
}

function listenTo(calls: Call[]): NightListener {
  const keep = (call: Call): void => {
    calls.push(call);
  };
  return {
    onLifeBegan: (...args) => keep({ hook: 'onLifeBegan', args }),
    onLifeEnded: (...args) => keep({ hook: 'onLifeEnded', args }),
    onEvent: (...args) => keep({ hook: 'onEvent', args }),
    onEffect: (...args) => keep({ hook: 'onEffect', args }),
    onDurable: (...args) => keep({ hook: 'onDurable', args }),
    onRequest: (...args) => keep({ hook: 'onRequest', args }),
    onArrived: (...args) => keep({ hook: 'onArrived', args }),
    onSocketAsked: (...args) => keep({ hook: 'onSocketAsked', args }),
    onFrameSent: (...args) => keep({ hook: 'onFrameSent', args }),
    onFrameMade: (...args) => keep({ hook: 'onFrameMade', args }),
    onHappening: (...args) => keep({ hook: 'onHappening', args }),
    onFaultBegan: (...args) => keep({ hook: 'onFaultBegan', args }),
    onFaultEnded: (...args) => keep({ hook: 'onFaultEnded', args }),
    onSecond: (...args) => keep({ hook: 'onSecond', args }),
  };
}
