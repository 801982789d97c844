import type { Instrument } from '../../domain/instrument.ts';
import type { OrderIntent } from '../../domain/order.ts';
import { everyClass } from '../classes.ts';
import type { Finding, RiskCheck } from '../verdict.ts';

/**
 * The venue changed grids or filters, or the facts are of another market. Every class, since the order's
 * numbers might mean something else. While the venue has a grid that we do not use yet, an exit may still
 * leave where its numbers, and every fill that could come back, stand on both.
 */
export const instrumentChanged: RiskCheck = {
  code: 'INSTRUMENT_CHANGED',
  valueName: 'used',
  limitName: 'listed',
  applies: everyClass,
  assess: (intent, { instrument: now, regrid }) => {
    const { instrument: intended } = intent;
    const isSame =
      intended.venue === now.venue &&
      intended.symbol === now.symbol &&
      intended.version === now.version;
    if (isSame && regrid !== undefined) return assessGrid(intent, regrid);
    return {
      value: `${intended.venue} ${intended.symbol} version ${intended.version}`,
      limit: `${now.venue} ${now.symbol} version ${now.version}`,
      passed: isSame,
    };
  },
};

function assessGrid(intent: OrderIntent, listed: Instrument): Finding {
  const used = intent.instrument;
  return {
    value: describeGrid(used),
    limit: describeGrid(listed),
    passed:
      intent.class !== 'entry' &&
      standsOn(intent.price, tickOf(used), tickOf(listed)) &&
      standsOn(intent.quantity, lotOf(used), lotOf(listed)),
  };
}

/** A step of `units` x 10^-`decimals`. */
interface Step {
  readonly units: number;
  readonly decimals: number;
}

const tickOf = ({ tickUnits: units, tickDecimals: decimals }: Instrument): Step => ({
  units,
  decimals,
});
const lotOf = ({ lotUnits: units, lotDecimals: decimals }: Instrument): Step => ({
  units,
  decimals,
});

/** `count` steps of the old grid are whole steps of the new one, and all steps of the new one whole old ones. */
function standsOn(count: number, old: Step, listed: Step): boolean {
  const scale = Math.max(old.decimals, listed.decimals);
  const oldStep = BigInt(old.units) * 10n ** BigInt(scale - old.decimals);
  const newStep = BigInt(listed.units) * 10n ** BigInt(scale - listed.decimals);
  return newStep % oldStep === 0n && (BigInt(count) * oldStep) % newStep === 0n;
}

function describeGrid(instrument: Instrument): string {
  const text = ({ units, decimals }: Step): string => `${units}e-${decimals}`;
  return `tick ${text(tickOf(instrument))} lot ${text(lotOf(instrument))}`;
}
