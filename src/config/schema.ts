import { z } from 'zod';
import {
  CAPTURE,
  DATA,
  EXCHANGE,
  HTTP,
  LIVE,
  LOG,
  MAIL,
  RETENTION,
  START_MODE,
} from './schema-house.ts';
import { FEED_BLOCK, SYMBOLS, VENUE } from './schema-market.ts';
import {
  ACCOUNT,
  EXECUTION_BLOCK,
  EXITS,
  RECOVERY,
  RISK,
  SIGNAL,
  SIZING,
  STRATEGIES,
} from './schema-trading.ts';

/** The blocks of a settings file, in the order in which a reader meets them. */
export const FILE_SHAPE = {
  venue: VENUE,
  startMode: START_MODE,
  symbols: SYMBOLS,
  account: ACCOUNT,
  feed: FEED_BLOCK,
  signal: SIGNAL,
  strategies: STRATEGIES,
  sizing: SIZING,
  risk: RISK,
  exits: EXITS,
  execution: EXECUTION_BLOCK,
  recovery: RECOVERY,
  data: DATA,
  http: HTTP,
  log: LOG,
  capture: CAPTURE,
  retention: RETENTION,
  mail: MAIL,
  exchange: EXCHANGE.optional(),
  live: LIVE.optional(),
};

export type BlockName = keyof typeof FILE_SHAPE;

/** A settings file, block by block. `undefined`: optional and absent, or wrong and already reported. */
export type FileBlocks = {
  readonly [Name in BlockName]: z.output<(typeof FILE_SHAPE)[Name]> | undefined;
};

/** The same as JSON Schema, for editors: `config/schema.json`. */
export function makeJsonSchema(): object {
  const schema = z.toJSONSchema(z.strictObject(FILE_SHAPE), { io: 'input' });
  return { title: 'Settings of overnight', ...schema };
}
