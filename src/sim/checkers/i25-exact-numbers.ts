import { parseDecimal } from '../../domain/decimal.ts';
import type { DeskEvent } from '../../domain/event.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { SimNight } from '../night.ts';
import type { SimRequest } from '../request.ts';

/** Every bound and step in whole 10^-8. */
interface Rules {
  readonly tick: bigint;
  readonly priceMin: bigint;
  readonly priceMax: bigint;
  readonly step: bigint;
  readonly quantityMin: bigint;
  readonly quantityMax: bigint;
  readonly notionalMin: bigint;
  readonly notionalMax: bigint;
}

interface Filter {
  readonly filterType?: unknown;
  readonly [field: string]: unknown;
}

const E8 = 100_000_000n;

/**
 * Prices and quantities on the wire are plain decimals on the exchange's grids and inside its filters,
 * by the list of rules that the daemon heard last. A list that cannot be read is no list.
 */
class ExactNumbers implements Checker {
  readonly tally: Tally;
  /** By the venue's name of the market. */
  readonly #rules = new Map<string, Rules>();

  constructor(night: SimNight) {
    this.tally = new Tally('I25', night);
  }

  onEvent(event: DeskEvent): void {
    if (event.type !== 'venueAnswered' || event.question.type !== 'instruments') return;
    const { answer } = event;
    if (answer.type !== 'http' || answer.status !== 200) return;
    for (const { symbol, filters } of listingOf(answer.body)) {
      const rules = readRules(filters);
      if (rules !== undefined) this.#rules.set(symbol, rules);
    }
  }

  onRequest(request: SimRequest): void {
    if (request.kind !== 'place') return;
    const { fields } = request;
    const { newClientOrderId: id, symbol } = fields;
    const rules = this.#rules.get(symbol);
    this.tally.check(rules !== undefined, () => `${id}: the rules of ${symbol} were never heard`);
    const price = parseDecimal(fields.price, 8);
    const quantity = parseDecimal(fields.quantity, 8);
    this.tally.check(
      price !== undefined && quantity !== undefined,
      () => `${id}: price ${fields.price}, quantity ${fields.quantity} are no plain decimals`,
    );
    if (rules === undefined || price === undefined || quantity === undefined) return;
    this.tally.check(
      isOn(price, rules.tick) && price >= rules.priceMin && price <= rules.priceMax,
      () =>
        `${id}: price ${price} is off the tick ${rules.tick} or outside ${rules.priceMin} to ` +
        `${rules.priceMax} (10^-8)`,
    );
    this.tally.check(
      isOn(quantity, rules.step) && quantity >= rules.quantityMin && quantity <= rules.quantityMax,
      () =>
        `${id}: quantity ${quantity} is off the step ${rules.step} or outside ${rules.quantityMin} ` +
        `to ${rules.quantityMax} (10^-8)`,
    );
    const notional = (price * quantity) / E8;
    this.tally.check(
      notional >= rules.notionalMin && notional <= rules.notionalMax,
      () =>
        `${id}: worth ${notional}, outside ${rules.notionalMin} to ${rules.notionalMax} (10^-8)`,
    );
  }
}

function isOn(value: bigint, step: bigint): boolean {
  return value > 0n && value % step === 0n;
}

function listingOf(body: string): readonly { symbol: string; filters: readonly Filter[] }[] {
  const parsed = parseJson(body);
  if (!isFields(parsed) || !Array.isArray(parsed['symbols'])) return [];
  return parsed['symbols'].flatMap((each: unknown) => {
    if (!isFields(each) || typeof each['symbol'] !== 'string') return [];
    const { symbol, filters } = each;
    return Array.isArray(filters) ? [{ symbol, filters: filters.filter(isFields) }] : [];
  });
}

function readRules(filters: readonly Filter[]): Rules | undefined {
  const read = (type: string, field: string): bigint | undefined => {
    const text = filters.find(({ filterType }) => filterType === type)?.[field];
    return typeof text === 'string' ? parseDecimal(text, 8) : undefined;
  };
  const rules = {
    tick: read('PRICE_FILTER', 'tickSize'),
    priceMin: read('PRICE_FILTER', 'minPrice'),
    priceMax: read('PRICE_FILTER', 'maxPrice'),
    step: read('LOT_SIZE', 'stepSize'),
    quantityMin: read('LOT_SIZE', 'minQty'),
    quantityMax: read('LOT_SIZE', 'maxQty'),
    notionalMin: read('NOTIONAL', 'minNotional'),
    notionalMax: read('NOTIONAL', 'maxNotional'),
  };
  return isWhole(rules) && rules.tick > 0n && rules.step > 0n ? rules : undefined;
}

function isWhole(rules: { readonly [K in keyof Rules]: Rules[K] | undefined }): rules is Rules {
  return Object.values(rules).every((value) => value !== undefined);
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const exactNumbers: CheckerKind = {
  id: 'I25',
  claim: 'prices and quantities on the wire are exact decimals on the grids and inside the filters',
  make: (night) => new ExactNumbers(night),
};
