import { block, flag, money, path, port, text, whole, word } from './fields.ts';

export const START_MODE = word(
  ['ACTIVE', 'OBSERVING'],
  'ACTIVE trades once everything is proven; OBSERVING waits for an operator',
);

export const DATA = block({ dir: path('journal, decisions, heartbeat, capture, mails') });

export const HTTP = block(
  {
    host: word(['127.0.0.1', '::1', 'localhost'], 'this machine only'),
    port: port(),
  },
  'metrics, health, dashboard',
);

export const LOG = block(
  {
    dir: path(),
    level: word(['debug', 'info', 'warn', 'error']),
    fileBytesMax: whole(100_000, 1e9, 'a larger file is rotated'),
    filesMax: whole(1, 100, 'rotated files that are kept'),
  },
  'application and decision logs',
);

export const CAPTURE = block(
  {
    enabled: flag(),
    hoursMax: whole(1, 48),
    bytesMax: whole(10_000_000, 2_000_000_000),
    segmentSecondsMax: whole(1, 3_600, 'replay can begin at each segment').default(600),
  },
  'everything heard, for replay; the older end goes when either bound is passed',
);

export const RETENTION = block(
  {
    decisionsDaysMax: whole(1, 3_650),
    decisionsBytesMax: whole(10_000_000, 1e12),
  },
  'old decision rows go when either bound is passed; the journal is never pruned',
);

export const MAIL = block(
  {
    recipient: text(/^[^@\s]+@[^@\s]+$/, 'a mail address').optional(),
    recipientConfirmed: flag('somebody has seen a test mail arrive there'),
  },
  'who is woken; without a recipient mails are only written as files',
);

export const EXCHANGE = block(
  {
    port: port(),
    controlPort: port('takes faults, tells the truth'),
    seed: whole(0, 2 ** 32 - 1, 'the same seed makes the same market'),
  },
  'the simulated exchange; rehearsal only',
);

export const LIVE = block(
  { firstDayOrderNotionalMax: money('value of one order on the first live day') },
  'live only',
);
