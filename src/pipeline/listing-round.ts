import type { SymbolId } from '../domain/instrument.ts';
import type {
  AccountCodec,
  AnswerHealth,
  Listed,
  VenueAnswer,
  VenueQuestion,
} from '../domain/venue.ts';
import type { VenueSetup } from './setup.ts';

/** After so many failed questions the way to the venue is broken, and not the question. */
const FAILURES_MAX = 2;

/** A symbol that was asked about by itself, and nothing was told of it. */
export interface Silence {
  readonly symbol: SymbolId;
  readonly trouble: AnswerHealth['trouble'];
  readonly text: string;
}

export interface ListingRoundState {
  readonly questions: readonly (readonly SymbolId[])[];
  readonly failure?: string | undefined;
  readonly toldCount: number;
  readonly silences: readonly Silence[];
  readonly failuresCount: number;
}

/**
 * One round of asking a venue what it trades, and by which rules. Together while it can be, because
 * every question costs the same; but a venue that does not know one symbol refuses the whole question
 * (Binance: -1121), and then each symbol is asked for by itself. Which question is next follows from
 * the answers alone.
 */
export class ListingRound {
  /** The symbols of each question still to be answered; the first one is under way or next. */
  #questions: (readonly SymbolId[])[];
  /** Why some symbols of this round stay without an answer; the first cause. */
  failure: string | undefined;
  /** Of how many symbols this round told anything. */
  toldCount = 0;
  readonly silences: Silence[] = [];
  #failuresCount = 0;

  /** `apart`: symbols that the venue is known to stumble over. They come last, each by itself. */
  constructor(symbols: readonly SymbolId[], apart: (symbol: SymbolId) => boolean) {
    const together = symbols.filter((symbol) => !apart(symbol));
    const alone = symbols.filter(apart).map((symbol) => [symbol]);
    this.#questions = together.length === 0 ? alone : [together, ...alone];
  }

  static load(state: ListingRoundState): ListingRound {
    const round = new ListingRound([], () => false);
    round.#questions = [...state.questions];
    round.failure = state.failure;
    round.toldCount = state.toldCount;
    round.silences.push(...state.silences);
    round.#failuresCount = state.failuresCount;
    return round;
  }

  save(): ListingRoundState {
    return {
      questions: [...this.#questions],
      failure: this.failure,
      toldCount: this.toldCount,
      silences: [...this.silences],
      failuresCount: this.#failuresCount,
    };
  }

  get isOver(): boolean {
    return this.#questions.length === 0;
  }

  /** What to ask now. */
  nextQuestion(setup: VenueSetup): VenueQuestion {
    const symbols = this.#questions[0] ?? [];
    return { type: 'instruments', venueSymbols: symbols.map(setup.venueSymbolOf) };
  }

  /** The answer to the question under way: what it says of its symbols; nothing when it says nothing. */
  takeAnswer(codec: AccountCodec, answer: VenueAnswer): readonly Listed[] {
    const symbols = this.#questions.shift() ?? [];
    const decoded = codec.decodeListing(answer, symbols);
    if (decoded.type === 'value') {
      this.toldCount += symbols.length;
      return decoded.value;
    }
    if (decoded.type === 'unlisted') {
      const [symbol] = symbols;
      if (symbols.length === 1 && symbol !== undefined) {
        this.toldCount += 1;
        return [{ type: 'missing', symbol }];
      }
      this.#questions.unshift(...symbols.map((each) => [each]));
      return [];
    }
    const text = decoded.type === 'failed' ? decoded.text : decoded.proof.text;
    this.#fail(symbols, codec.assessHealth(answer).trouble, text);
    return [];
  }

  /** Nobody answers the question under way. */
  giveUp(text: string): void {
    this.#fail(this.#questions.shift() ?? [], 'unreachable', text);
  }

  /** One symbol may be beyond asking: the others are asked for all the same. */
  #fail(symbols: readonly SymbolId[], trouble: Silence['trouble'], text: string): void {
    const [symbol] = symbols;
    const isAlone = symbols.length === 1 && symbol !== undefined;
    if (isAlone) this.silences.push({ symbol, trouble, text });
    this.failure ??= isAlone ? `${symbol}: ${text}` : text;
    this.#failuresCount += 1;
    if (this.#failuresCount >= FAILURES_MAX) this.#questions = [];
  }
}
