import type { JournalRow } from '../../../src/domain/journal-row.ts';
import type { Checker, CheckerKind, Tally } from '../../../src/sim/checker.ts';
import type { PlannedFault, SimFault } from '../../../src/sim/fault.ts';
import { SIM_FAULTS } from '../../../src/sim/faults/catalogue.ts';
import type { NightListener } from '../../../src/sim/listener.ts';
import { type NightOptions, SimNight } from '../../../src/sim/night.ts';
import type { SimRequest } from '../../../src/sim/request.ts';

type Hook = keyof NightListener;
type ArgsOf<H extends Hook> = Parameters<NonNullable<NightListener[H]>>;

/** One call of a watcher, as it was made. */
export type Call = { [H in Hook]: { readonly hook: H; readonly args: ArgsOf<H> } }[Hook];

/** A night that is over, with all that its watchers were told. */
export interface RecordedNight {
  readonly night: SimNight;
  readonly calls: readonly Call[];
  readonly isSettled: boolean;
  close(): void;
}

export interface RecordOptions {
  readonly seed: string;
  readonly minutes: number;
  readonly faults?: readonly PlannedFault[];
  readonly catalogue?: ReadonlyMap<string, SimFault>;
  readonly settings?: NightOptions['settings'];
  readonly change?: NightOptions['change'];
}

/** A whole night, kept call by call, so that many checkers can be shown it, told right or told wrong. */
export function recordNight(options: RecordOptions): RecordedNight {
  const calls: Call[] = [];
  const { night, isSettled } = passNight(options, () => [listenTo((call) => calls.push(call))]);
  return { night, calls, isSettled, close: () => night.close() };
}

function passNight(
  options: RecordOptions,
  watchers: NightOptions['watchers'],
): { readonly night: SimNight; readonly isSettled: boolean } {
  const { seed, minutes, faults = [], catalogue = SIM_FAULTS, settings, change } = options;
  const hours = minutes / 60;
  const night = new SimNight({ seed, hours, faults, catalogue, settings, change, watchers });
  night.runFaults(Math.min(120_000, minutes * 10_000));
  night.runCalm();
  return { night, isSettled: night.settle() };
}

/** What a checker finds in a night. `retell` changes, drops or repeats what it is told. */
export function judge(
  kind: CheckerKind,
  { night, calls, isSettled }: RecordedNight,
  retell: (call: Call) => readonly Call[] = (call) => [call],
): Tally {
  const checker = kind.make(night);
  for (const call of calls) for (const told of retell(call)) tell(checker, told);
  checker.finish?.(isSettled);
  return checker.tally;
}

/** The same for a checker that looks at the living daemon while the night goes on. */
export function judgeLive(
  kind: CheckerKind,
  options: RecordOptions,
  retell: (call: Call) => readonly Call[] = (call) => [call],
): Tally {
  let checker: Checker | undefined;
  const watchers = (night: SimNight): readonly NightListener[] => {
    const made = kind.make(night);
    checker = made;
    const listener = listenTo((call) => {
      for (const told of retell(call)) tell(made, told);
    });
    return [listener];
  };
  const { night, isSettled } = passNight(options, watchers);
  try {
    if (checker === undefined) throw new Error('nobody watched');
    checker.finish?.(isSettled);
    return checker.tally;
  } finally {
    night.close();
  }
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

function tell(listener: NightListener, { hook, args }: Call): void {
  const hear = listener[hook];
  if (hear !== undefined) Reflect.apply(hear, listener, args);
}

function listenTo(keep: (call: Call) => void): NightListener {
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
    onTwinStarted: (...args) => keep({ hook: 'onTwinStarted', args }),
    onTwinRequest: (...args) => keep({ hook: 'onTwinRequest', args }),
    onTwinEnded: (...args) => keep({ hook: 'onTwinEnded', args }),
    onFaultBegan: (...args) => keep({ hook: 'onFaultBegan', args }),
    onFaultEnded: (...args) => keep({ hook: 'onFaultEnded', args }),
    onSecond: (...args) => keep({ hook: 'onSecond', args }),
  };
}

/** The night with the rows of the journal told otherwise: none, one, or several instead of each. */
export function retellRows(change: (row: JournalRow) => JournalRow | readonly JournalRow[]) {
  return (call: Call): readonly Call[] => {
    if (call.hook !== 'onDurable') return [call];
    const [rows, atMs] = call.args;
    return [{ hook: 'onDurable', args: [rows.flatMap(change), atMs] }];
  };
}

/** The night with its orders told otherwise as they leave. */
export function retellOrders(change: (order: PlaceRequest) => SimRequest) {
  return (call: Call): readonly Call[] => {
    if (call.hook !== 'onRequest') return [call];
    const [request, atMs] = call.args;
    return request.kind === 'place'
      ? [{ hook: 'onRequest', args: [change(request), atMs] }]
      : [call];
  };
}

export type PlaceRequest = Extract<SimRequest, { readonly kind: 'place' }>;
