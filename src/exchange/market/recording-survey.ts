import type { RecordedMessage } from '../../matching/recorded-market.ts';
import { DEFAULT_SYMBOLS, type SymbolRules, symbolRules } from '../../matching/symbol-rules.ts';
import { toRecordedSnapshot } from './recorded-message.ts';
import { type RecordedFrame, readRecordings } from './recording-file.ts';

/** What must be known of a recording before it is played. */
export interface RecordingSurvey {
  readonly files: readonly string[];
  readonly frameCount: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** How far the exchange's clock ran ahead of the receiver's, at least. Stays as recorded. */
  readonly clockOffsetMs: number;
  readonly streams: ReadonlySet<string>;
  readonly symbols: readonly SymbolRules[];
  /** The first order book of each symbol: the one everything after it builds on. */
  readonly snapshots: ReadonlyMap<string, RecordedMessage & { readonly type: 'snapshot' }>;
}

const QUOTES = ['USDT', 'USDC', 'FDUSD', 'BUSD', 'TUSD', 'EUR', 'TRY', 'BTC', 'ETH', 'BNB'];
const EVENT_TIME = /"E":([0-9]{13})/;
// Frames whose decimals come in pairs of price and quantity.
const PAIRED = /^\{"(?:u|lastUpdateId)":|^\{"e":"(?:trade|aggTrade|depthUpdate)"/;
const DECIMALS = /"[0-9]+\.([0-9]+)"/g;

/** Most decimals seen in prices and in quantities: the recording's own tick and lot. */
interface Digits {
  price: number;
  quantity: number;
}

/** Reads the whole recording once. Throws when it holds no frame, or a book of nobody. */
export async function surveyRecordings(files: readonly string[]): Promise<RecordingSurvey> {
  const streams = new Set<string>();
  const digits = new Map<string, Digits>();
  const books: { symbol: string | undefined; body: string }[] = [];
  let frameCount = 0;
  let firstAtMs = Number.POSITIVE_INFINITY;
  let lastAtMs = 0;
  let clockOffsetMs = Number.NEGATIVE_INFINITY;
  for await (const line of readRecordings(files)) {
    firstAtMs = Math.min(firstAtMs, line.receivedAtMs);
    lastAtMs = Math.max(lastAtMs, line.receivedAtMs);
    if (line.type === 'snapshot') {
      books.push({ symbol: line.symbol, body: line.body });
      continue;
    }
    frameCount += 1;
    streams.add(line.stream);
    const eventAtMs = Number(EVENT_TIME.exec(line.data)?.[1] ?? Number.NaN);
    if (eventAtMs - line.receivedAtMs > clockOffsetMs)
      clockOffsetMs = eventAtMs - line.receivedAtMs;
    if (!digits.has(line.symbol)) digits.set(line.symbol, { price: 0, quantity: 0 });
    if (PAIRED.test(line.data)) learnDigits(digits, line);
  }
  if (frameCount === 0) throw new Error(`no frames in ${files.join(', ')}`);
  return {
    files,
    frameCount,
    firstAtMs,
    lastAtMs,
    clockOffsetMs: Number.isFinite(clockOffsetMs) ? clockOffsetMs : 0,
    streams,
    symbols: [...digits].map(([symbol, seen]) => rulesOf(symbol, seen)),
    snapshots: firstBooks(books, [...digits.keys()]),
  };
}

function firstBooks(
  books: readonly { readonly symbol: string | undefined; readonly body: string }[],
  symbols: readonly string[],
): RecordingSurvey['snapshots'] {
  const first = new Map<string, RecordedMessage & { readonly type: 'snapshot' }>();
  for (const { symbol = onlyOne(symbols), body } of books) {
    if (!first.has(symbol)) first.set(symbol, toRecordedSnapshot(symbol, body));
  }
  return first;
}

/** The symbol of a book that names none. */
export function onlyOne(symbols: readonly string[]): string {
  const [only, ...others] = symbols;
  if (only === undefined || others.length > 0) {
    throw new Error(`a recorded book names no symbol, and there are ${symbols.length}`);
  }
  return only;
}

function learnDigits(digits: Map<string, Digits>, frame: RecordedFrame): void {
  const seen = digits.get(frame.symbol);
  if (seen === undefined) return;
  let isPrice = true;
  for (const [, fraction = ''] of frame.data.matchAll(DECIMALS)) {
    const used = fraction.replace(/0+$/, '').length;
    if (isPrice) seen.price = Math.max(seen.price, used);
    else seen.quantity = Math.max(seen.quantity, used);
    isPrice = !isPrice;
  }
}

function rulesOf(symbol: string, digits: Digits): SymbolRules {
  const known = DEFAULT_SYMBOLS.find((rules) => rules.symbol === symbol);
  if (known !== undefined) return known;
  const quote = QUOTES.find((candidate) => symbol.endsWith(candidate)) ?? symbol.slice(-3);
  const tick = stepOf(digits.price);
  const lot = stepOf(digits.quantity);
  const isCoin = ['BTC', 'ETH', 'BNB'].includes(quote);
  return symbolRules({
    symbol,
    base: symbol.slice(0, -quote.length),
    quote,
    tick,
    priceMax: '1000000',
    lot,
    quantityMax: '9000000',
    marketQuantityMax: '1000000',
    notionalMin: isCoin ? '0.0001' : '5',
  });
}

function stepOf(decimals: number): string {
  return decimals === 0 ? '1' : `0.${'1'.padStart(decimals, '0')}`;
}
