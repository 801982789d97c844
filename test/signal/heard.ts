import type { SkipRun } from '../../src/domain/decision.ts';
import type { StrategyId } from '../../src/domain/ids.ts';
import type { Reason } from '../../src/domain/reason.ts';
import type { Enter, Exit } from '../../src/signal/strategy.ts';
import type { SignalSink } from '../../src/signal/strategy-host.ts';

/** A sink that remembers all it heard. */
export class Heard implements SignalSink {
  readonly wishes: (Enter | Exit)[] = [];
  readonly runs: { strategy: StrategyId; code: string; run: SkipRun }[] = [];
  readonly quarantines: string[] = [];

  onWish(_strategy: StrategyId, _instrumentIndex: number, wish: Enter | Exit): void {
    this.wishes.push(wish);
  }
  onSkipRunClosed(
    strategy: StrategyId,
    _instrumentIndex: number,
    reason: Reason,
    run: SkipRun,
  ): void {
    this.runs.push({ strategy, code: reason.code, run });
  }
  onQuarantined(_strategy: StrategyId, _instrumentIndex: number, text: string): void {
    this.quarantines.push(text);
  }

  get skipsTold(): number {
    return this.runs.reduce((sum, { run }) => sum + run.count, 0);
  }
  get codes(): readonly string[] {
    return this.runs.map(({ code }) => code);
  }
}
