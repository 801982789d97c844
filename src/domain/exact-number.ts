/** A number as a checkpoint keeps it: JSON has no word for these four and would change them. */
export type ExactNumber = number | 'NaN' | 'Infinity' | '-Infinity' | '-0';

export function saveNumber(value: number): ExactNumber {
  if (Object.is(value, -0)) return '-0';
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? 'Infinity' : '-Infinity';
}

/** Of a list or a typed array. */
export function saveNumbers(values: ArrayLike<number>): readonly ExactNumber[] {
  return Array.from(values, saveNumber);
}

export function loadNumber(saved: ExactNumber): number {
  return Number(saved);
}
