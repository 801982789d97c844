import type { FeedContext } from './feed-context.ts';
import type { SymbolFeed } from './symbol-feed.ts';

/** As many symbols to a socket as their streams fit. The same symbols and limits give the same sockets. */
export function splitByStreams(
  all: readonly SymbolFeed[],
  { codec, limits }: FeedContext,
): readonly (readonly SymbolFeed[])[] {
  const groups: SymbolFeed[][] = [];
  let streamCount = 0;
  for (const symbol of all) {
    const count = codec.streamsOf(symbol.instrument).length;
    const group = groups.at(-1);
    if (group !== undefined && streamCount + count <= limits.streamsPerConnectionMax) {
      group.push(symbol);
      streamCount += count;
    } else {
      groups.push([symbol]);
      streamCount = count;
    }
  }
  return groups;
}
