/** Plain data as JSON text that says everything: amounts, and numbers that JSON would turn into `null`. */
export function toText(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each === 'bigint') return { $bigint: `${each}` };
    return typeof each === 'number' && !Number.isFinite(each) ? { $number: `${each}` } : each;
  });
}

/** What JSON keeps, with the amounts back: what a checkpoint goes through. */
export function throughJson<T>(value: T): T {
  const text = JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'bigint' ? { $bigint: `${each}` } : each,
  );
  return JSON.parse(text, (_key, each: unknown) => {
    const isAmount = typeof each === 'object' && each !== null && '$bigint' in each;
    return isAmount ? BigInt(`${each.$bigint}`) : each;
  });
}
