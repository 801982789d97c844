/** A broken invariant: our bug. Never caught below `main.ts`; the process exits 70 and recovers. */
export class InvariantBroken extends Error {
  override readonly name = 'InvariantBroken';
}

/** Ends every `switch` over a union, so that a new member shows every place to visit. */
export function assertNever(value: never): never {
  throw new InvariantBroken(`unexpected value: ${JSON.stringify(value)}`);
}

/** Throws `InvariantBroken` unless `condition` holds. The message says what must stay true. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantBroken(message);
}
