/** The candidate that needs the fewest edits to become `key`; `undefined` when none is near. */
export function findNearest(key: string, candidates: readonly string[]): string | undefined {
  let nearest: string | undefined;
  // More than a third of the letters wrong is another word, not a slip.
  let fewest = Math.max(2, Math.floor(key.length / 3)) + 1;
  for (const candidate of candidates) {
    const edits = countEdits(key.toLowerCase(), candidate.toLowerCase());
    if (edits < fewest) {
      fewest = edits;
      nearest = candidate;
    }
  }
  return nearest;
}

/** Levenshtein distance: insertions, deletions and replacements from `a` to `b`. */
export function countEdits(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
