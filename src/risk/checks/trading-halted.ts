import { allowsClass } from '../../domain/mode.ts';
import { everyClass } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/** The mode forbids this class. Every class, by the table of modes; `flatten` lets exits pass in any mode. REDUCING has its own reason. */
export const tradingHalted: RiskCheck = {
  code: 'TRADING_HALTED',
  valueName: 'mode',
  limitName: 'needed',
  applies: everyClass,
  assess: (intent, facts) => ({
    value: facts.mode,
    limit: intent.class === 'entry' ? 'ACTIVE' : `a mode that allows ${intent.class} orders`,
    passed:
      facts.mode === 'REDUCING' ||
      allowsClass(facts.mode, intent.class) ||
      (facts.flattening && intent.class === 'exit'),
  }),
};
