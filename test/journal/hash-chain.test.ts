import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ChainLink, findChainBreak, linkAfter } from '../../src/journal/hash-chain.ts';

function chainOf(texts: readonly string[]): ChainLink[] {
  const links: ChainLink[] = [];
  for (const text of texts) links.push(linkAfter(links.at(-1), text));
  return links;
}

const texts = fc.array(fc.string(), { minLength: 2, maxLength: 20 });

test('a chain that nobody touched holds', () => {
  fc.assert(fc.property(texts, (all) => findChainBreak(chainOf(all)) === undefined));
});

test('a changed row is found, at its place', () => {
  fc.assert(
    fc.property(texts, fc.nat(), (all, pick) => {
      const links = chainOf(all);
      const index = pick % links.length;
      const changed = links.map((link, at) =>
        at === index ? { ...link, text: `${link.text}!` } : link,
      );
      expect(findChainBreak(changed)).toEqual({ index, cause: 'changed' });
    }),
  );
});

test('a row taken out of the middle, or rehashed alone, breaks the link after it', () => {
  const links = chainOf(['a', 'b', 'c', 'd']);
  const [a, b, c, d] = links;
  if (!a || !b || !c || !d) throw new Error('four links');

  expect(findChainBreak([a, c, d])).toEqual({ index: 1, cause: 'notLinked' });
  expect(findChainBreak([a, linkAfter(a, 'B'), c, d])).toEqual({ index: 2, cause: 'notLinked' });
});
