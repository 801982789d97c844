/**
 * Decimal text to integers and back: the only way in and out for money. The grammar is strict
 * (digits, optionally one point and more digits): no sign, no exponent, no blank, no `Infinity`.
 */
const DECIMAL = /^(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/;
const TRAILING_ZEROS = /0+$/;

/** Digits of a decimal text as an integer at `scale` decimals; `undefined` if it is no decimal or does not fit the scale exactly. */
export function parseDecimal(text: string, scale: number): bigint | undefined {
  if (text.length > 64 || !DECIMAL.test(text)) return undefined;
  const point = text.indexOf('.');
  const whole = point < 0 ? text : text.slice(0, point);
  const fraction = point < 0 ? '' : text.slice(point + 1).replace(TRAILING_ZEROS, '');
  if (fraction.length > scale) return undefined;
  return BigInt(whole + fraction.padEnd(scale, '0'));
}

/** As `parseDecimal`, with an optional leading minus: balances' deltas and P&L. */
export function parseSignedDecimal(text: string, scale: number): bigint | undefined {
  if (!text.startsWith('-')) return parseDecimal(text, scale);
  const positive = parseDecimal(text.slice(1), scale);
  return positive === undefined ? undefined : -positive;
}

/** An integer at `scale` decimals as text, without trailing zeros: `formatDecimal(150n, 2)` is `'1.5'`. */
export function formatDecimal(value: bigint, scale: number): string {
  const fixed = formatFixed(value, scale);
  return scale === 0 ? fixed : fixed.replace(TRAILING_ZEROS, '').replace(/\.$/, '');
}

/** An integer at `scale` decimals as text with all `scale` digits: `formatFixed(150n, 2)` is `'1.50'`. */
export function formatFixed(value: bigint, scale: number): string {
  const sign = value < 0n ? '-' : '';
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** How many decimals a decimal text really uses: `'0.01000000'` has 2. `undefined` if it is no decimal. */
export function countDecimals(text: string): number | undefined {
  if (!DECIMAL.test(text)) return undefined;
  const point = text.indexOf('.');
  return point < 0 ? 0 : text.slice(point + 1).replace(TRAILING_ZEROS, '').length;
}
