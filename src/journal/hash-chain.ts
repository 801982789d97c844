import { createHash } from 'node:crypto';

/** What the first row follows. */
export const CHAIN_START = '0'.repeat(64);

/** Hash of a row that follows the row with `previousHash`: hex SHA-256 over both. */
export function chainHash(previousHash: string, canonicalText: string): string {
  return createHash('sha256').update(previousHash).update('\n').update(canonicalText).digest('hex');
}

export interface ChainLink {
  readonly previousHash: string;
  readonly text: string;
  readonly hash: string;
}

/** Adds the next link after `last`; `undefined` starts a chain. */
export function linkAfter(last: ChainLink | undefined, canonicalText: string): ChainLink {
  const previousHash = last?.hash ?? CHAIN_START;
  return { previousHash, text: canonicalText, hash: chainHash(previousHash, canonicalText) };
}

export interface ChainBreak {
  /** Place of the first bad link, from 0. */
  readonly index: number;
  readonly cause: 'notLinked' | 'changed';
}

/** The first place where a chain does not hold; `undefined` when it does. A cut tail is not visible from inside. */
export function findChainBreak(
  links: Iterable<ChainLink>,
  startHash: string = CHAIN_START,
): ChainBreak | undefined {
  let previousHash = startHash;
  let index = 0;
  for (const link of links) {
    if (link.previousHash !== previousHash) return { index, cause: 'notLinked' };
    if (link.hash !== chainHash(previousHash, link.text)) return { index, cause: 'changed' };
    previousHash = link.hash;
    index += 1;
  }
  return undefined;
}
