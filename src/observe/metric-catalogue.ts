import { DECISION_OUTCOMES, DECISION_STAGES } from '../domain/decision.ts';
import { FAULTS } from '../domain/fault.ts';
import type { Mode } from '../domain/mode.ts';
import { REASONS } from '../domain/reason.ts';

/** Stages of `overnight_stage_seconds`, and the two totals. */
export const STAGES = [
  'feed',
  'parse',
  'decide',
  'risk',
  'send',
  'venue',
  'fill',
  'tick_to_order',
  'tick_to_ack',
] as const;

const MODES = ['RECOVERING', 'ACTIVE', 'REDUCING', 'OBSERVING', 'HALTED'] satisfies Mode[];
const GC_KINDS = ['minor', 'major', 'incremental', 'weakcb', 'other'] as const;
const STREAMS = ['market', 'account'] as const;
const DATA_REJECTIONS =
  'invalidJson invalidShape invalidNumber notPositive offGrid unknownSymbol unknownStream crosswired oversized crossed outlier duplicate outOfOrder future'.split(
    ' ',
  );
const SOCKET_ENDS =
  'connectFailed connectTimeout closed ackMissing refused noData dataSilence frameSilence symbolSilent rotation'.split(
    ' ',
  );
const QUESTIONS =
  'serverTime instruments depth account openOrders orderByClientId ordersSince fillsFrom place cancel'.split(
    ' ',
  );

/** Label values that the settings decide; each set is closed once the daemon runs. */
export type ConfiguredSet = 'venues' | 'symbols' | 'strategies' | 'collections' | 'loops';

export interface MetricSpec {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Label name to its closed set of values. Anything else is counted as `__other`. */
  readonly labels: Readonly<Record<string, readonly string[] | ConfiguredSet>>;
}

const counter = <const L extends MetricSpec['labels']>(help: string, labels: L) => ({
  type: 'counter' as const,
  help,
  labels,
});
const gauge = <const L extends MetricSpec['labels']>(help: string, labels: L) => ({
  type: 'gauge' as const,
  help,
  labels,
});
const histogram = <const L extends MetricSpec['labels']>(help: string, labels: L) => ({
  type: 'histogram' as const,
  help,
  labels,
});

/** Every metric there is: name, type, labels and what it means. Base units; nothing else may be exported. */
export const METRICS = {
  overnight_up: gauge('1 while the daemon runs', {}),
  overnight_start_timestamp_seconds: gauge('When this process started', {}),
  overnight_mode: gauge('1 for the mode the daemon is in', { mode: MODES }),
  overnight_stage_seconds: histogram(
    'Time per stage from a frame to a fill; of the frames without a wish, one in 16',
    {
      stage: STAGES,
      venue: 'venues',
    },
  ),
  overnight_stage_negative_total: counter(
    'Stages that ended before they began, left out of the times: a bug',
    {},
  ),
  overnight_feed_negative_total: counter(
    'Messages that seem to come from the future: the clocks differ',
    { venue: 'venues' },
  ),
  overnight_market_data_age_seconds: gauge('Age of the last update of a symbol', {
    venue: 'venues',
    symbol: 'symbols',
  }),
  overnight_ws_connected: gauge('1 while the socket is open', { venue: 'venues', stream: STREAMS }),
  overnight_ws_last_message_age_seconds: gauge('Time since the last message of a socket', {
    venue: 'venues',
    stream: STREAMS,
  }),
  overnight_ws_reconnects_total: counter('Sockets opened again, by what ended the one before', {
    venue: 'venues',
    reason: SOCKET_ENDS,
  }),
  overnight_ws_messages_total: counter('Messages received', { venue: 'venues', stream: STREAMS }),
  overnight_data_rejected_total: counter('Messages thrown away', {
    venue: 'venues',
    reason: DATA_REJECTIONS,
  }),
  overnight_book_gaps_total: counter(
    'Order books that lost an update and were synchronised again',
    { venue: 'venues' },
  ),
  overnight_book_synced: gauge('1 while the order book is proven complete', {
    venue: 'venues',
    symbol: 'symbols',
  }),
  overnight_venue_status: gauge('1 while the venue trades the symbol', {
    venue: 'venues',
    symbol: 'symbols',
  }),
  overnight_listing_answers_total: counter(
    'Answers of the venue about what it trades and by which rules',
    { venue: 'venues', outcome: ['good', 'failed'] },
  ),
  overnight_clock_offset_seconds: gauge('Venue clock minus ours', { venue: 'venues' }),
  overnight_decisions_total: counter('Decisions; runs of equal skips count each evaluation', {
    stage: DECISION_STAGES,
    outcome: DECISION_OUTCOMES,
    reason: Object.keys(REASONS),
  }),
  overnight_orders_sent_total: counter('Orders that left', { venue: 'venues' }),
  overnight_order_rejects_total: counter('Orders the venue refused', { venue: 'venues' }),
  overnight_orders_open: gauge('Orders that are not ended', { venue: 'venues' }),
  overnight_orders_unknown: gauge('Orders with an unproven outcome', { venue: 'venues' }),
  overnight_fills_total: counter('Executions booked', { venue: 'venues' }),
  overnight_open_positions: gauge('Symbols with a position', {}),
  overnight_daily_pnl_quote: gauge('Realised and unrealised result of the day', {
    account: 'venues',
  }),
  overnight_signal_last_timestamp_seconds: gauge('Last evaluation of a strategy', {
    strategy: 'strategies',
  }),
  overnight_api_requests_total: counter('Requests to the venue', {
    venue: 'venues',
    op: QUESTIONS,
  }),
  overnight_api_errors_total: counter('Requests to the venue that failed', {
    venue: 'venues',
    op: QUESTIONS,
  }),
  overnight_api_request_seconds: histogram('Time until the venue answered', {
    venue: 'venues',
    op: QUESTIONS,
  }),
  overnight_faults_total: counter('Faults raised', {
    fault: Object.keys(FAULTS),
    severity: ['warn', 'error'],
  }),
  overnight_alarm_state: gauge('1 while the fault was raised within the last five minutes', {
    alarm: Object.keys(FAULTS),
    severity: ['warn', 'error'],
  }),
  overnight_loop_last_run_timestamp_seconds: gauge('When a work loop last got anywhere', {
    loop: 'loops',
  }),
  overnight_eventloop_delay_seconds: histogram('How late a 50 ms timer was', {}),
  overnight_eventloop_utilization_ratio: gauge(
    'Share of time the event loop was busy since the last sample',
    {},
  ),
  overnight_gc_pause_seconds: histogram('Pauses of the garbage collector', { kind: GC_KINDS }),
  overnight_heap_used_bytes: gauge('JavaScript heap in use', {}),
  overnight_heap_total_bytes: gauge('JavaScript heap reserved', {}),
  overnight_heap_limit_bytes: gauge('Where V8 gives up', {}),
  overnight_heap_limit_ratio: gauge('Heap in use against its limit', {}),
  overnight_external_bytes: gauge('Memory of buffers outside the heap', {}),
  overnight_rss_bytes: gauge('Resident memory of the process', {}),
  overnight_cpu_seconds_total: counter('Processor time of all threads', {
    mode: ['user', 'system'],
  }),
  overnight_collection_entries: gauge('Entries of a bounded collection', {
    collection: 'collections',
  }),
  overnight_collection_limit: gauge('Limit of a bounded collection', { collection: 'collections' }),
  overnight_collection_evicted_total: counter('Entries a bounded collection forgot', {
    collection: 'collections',
  }),
  overnight_db_commit_seconds: histogram('Time of a commit', { db: ['journal', 'decisions'] }),
  overnight_db_buffered_rows: gauge('Rows that wait for the next commit', {
    db: ['journal', 'decisions'],
  }),
  overnight_db_dropped_rows_total: counter(
    'Records lost because the database refused for too long',
    {
      db: ['decisions'],
    },
  ),
  overnight_disk_free_bytes: gauge('Free space', { mount: ['data', 'logs'] }),
  overnight_capture_bytes_total: counter('Compressed bytes of the capture', {}),
  overnight_capture_dropped_total: counter(
    'Events the capture lost: the disk was slower than the feed, refused them, or lost their file',
    {},
  ),
  overnight_log_write_errors_total: counter('Writes a log file refused', {
    log: ['app', 'decisions'],
  }),
  overnight_log_dropped_total: counter('Log lines lost', { log: ['app', 'decisions'] }),
  overnight_http_requests_total: counter('Requests to our own pages', {
    route: ['metrics', 'healthz', 'readyz', 'api', 'page', 'refused', 'unknown'],
    code_class: ['2xx', '4xx', '5xx'],
  }),
  overnight_series_dropped_total: counter('Label values outside their closed set', {}),
} as const satisfies Record<string, MetricSpec>;

export type MetricName = keyof typeof METRICS;
export type NameOf<Type extends MetricSpec['type']> = {
  [Name in MetricName]: (typeof METRICS)[Name]['type'] extends Type ? Name : never;
}[MetricName];
/** One value per label of the metric. */
export type LabelsOf<Name extends MetricName> = {
  readonly [Label in keyof (typeof METRICS)[Name]['labels']]: string;
};
