/** A recorded message, parsed: numbers are still the text of the recording. */
export type RecordedMessage =
  | {
      readonly type: 'snapshot';
      readonly symbol: string;
      readonly lastUpdateId: number;
      readonly bids: readonly RecordedLevel[];
      readonly asks: readonly RecordedLevel[];
    }
  | {
      readonly type: 'depth';
      readonly symbol: string;
      readonly firstUpdateId: number;
      readonly lastUpdateId: number;
      readonly bids: readonly RecordedLevel[];
      readonly asks: readonly RecordedLevel[];
    }
  | {
      readonly type: 'bookTicker';
      readonly symbol: string;
      readonly updateId: number;
      readonly bid: RecordedLevel;
      readonly ask: RecordedLevel;
    }
  | {
      readonly type: 'trade';
      readonly symbol: string;
      readonly tradeId: number;
      readonly price: string;
      readonly quantity: string;
      readonly buyerIsMaker: boolean;
    };

export type RecordedLevel = readonly [price: string, quantity: string];
