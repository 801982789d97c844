/** What becomes of one order on its way to the venue and back. */
export type OrderFate =
  /** Taken; the answer never comes. */
  | 'answerLost'
  /** Taken; the answer is an error that proves nothing. */
  | 'errorAfter'
  /** Not taken; the answer is the same error. */
  | 'errorBefore'
  /** Not taken; nobody answers. */
  | 'lostOnTheWay'
  /** Refused, with the venue's own words. */
  | 'refused'
  /** Not one byte left: our own transport says so. */
  | 'notSent'
  /** Taken, and answered after three seconds. */
  | 'late';

/** What becomes of account events. */
export type ReportFate = 'once' | 'twice' | 'reversed' | 'never';

/** Everything that does not work at the venue of a night; a test sets it and takes it back. */
export class NightFaults {
  /** For the next orders, first one first. */
  readonly orders: OrderFate[] = [];
  /** What happens to each order when `orders` is empty. */
  everyOrder: OrderFate | undefined;
  reports: ReportFate = 'once';
  /** Market sockets are open, answer pings, and bring no data; of these streams, or of all. */
  stalled: (stream: string) => boolean = () => false;
  /** The text of a market frame on its way: as it is, another, none, several. */
  onFrame: (data: string, stream: string) => readonly string[] = (data) => [data];
  /** The same for the content of account events. */
  onReport: (event: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>> = (
    event,
  ) => event;
  /** The disk hangs for so long at each intent. */
  commitMs = 0;
  /** And for so long at each row that an order leaves. */
  submitMs = 0;
  /** How much later than usual market frames arrive. */
  lagMs = 0;
  /** New sockets of these kinds do not open. */
  refusesSockets: readonly ('market' | 'account')[] = [];
  /** Questions of these kinds are answered with HTTP 503. */
  failing: readonly string[] = [];
  /** Questions of these kinds are never answered. */
  mute: readonly string[] = [];
  /** Every question is answered so: 429 or 418. */
  limited: { readonly status: 418 | 429; readonly retryAfterMs: number } | undefined;
}
