import { createHash } from 'node:crypto';
import { InvariantBroken } from '../domain/assert.ts';
import { type ClientOrderId, clientOrderId, type DecisionId, decisionId } from '../domain/ids.ts';

export type Environment = 'rehearsal' | 'paper' | 'live';

/** Who we are at the venue: the front of each client order id. */
export interface IdOwner {
  readonly environment: Environment;
  /** Four characters of a hash of the key's fingerprint, lower case letters and digits. */
  readonly accountTag: string;
}

export interface ClientIdParts extends IdOwner {
  /** Rises with each start on one journal: the fencing token. */
  readonly epoch: number;
  readonly sequence: number;
}

const ENVIRONMENT_LETTERS = { rehearsal: 'r', paper: 'p', live: 'l' } as const;
const TAG = /^[0-9a-z]{4}$/;
const EPOCH_DIGITS = 4;
const SEQUENCE_DIGITS = 8;
// "ov" env(1) account(4) epoch(4) sequence(8) checksum(2): 21 characters, short enough for every venue we know.
const CLIENT_ID = /^ov([rpl])([0-9a-z]{4})([0-9a-z]{4})([0-9a-z]{8})([0-9a-z]{2})$/;

/** Throws when a part does not fit its digits: an id that wrapped around would be an id used twice. */
export function formatClientId(parts: ClientIdParts): ClientOrderId {
  if (!TAG.test(parts.accountTag)) throw new InvariantBroken(`account tag: ${parts.accountTag}`);
  const front =
    `ov${ENVIRONMENT_LETTERS[parts.environment]}${parts.accountTag}` +
    base36(parts.epoch, EPOCH_DIGITS) +
    base36(parts.sequence, SEQUENCE_DIGITS);
  return clientOrderId(front + checksumOf(front));
}

/** The parts of an id that this program made, for whatever account; `undefined` for a foreign one. */
export function parseClientId(text: string): ClientIdParts | undefined {
  const match = CLIENT_ID.exec(text);
  if (match === null) return undefined;
  const [, letter, accountTag, epoch, sequence, checksum] = match;
  const environment = environmentOf(letter);
  if (environment === undefined || accountTag === undefined) return undefined;
  if (epoch === undefined || sequence === undefined) return undefined;
  if (checksum !== checksumOf(text.slice(0, -2))) return undefined;
  return {
    environment,
    accountTag,
    epoch: Number.parseInt(epoch, 36),
    sequence: Number.parseInt(sequence, 36),
  };
}

/** The parts when the id is ours: made by this program, in this environment, for this account. */
export function findOwnId(text: string, owner: IdOwner): ClientIdParts | undefined {
  const parts = parseClientId(text);
  if (parts === undefined) return undefined;
  return parts.environment === owner.environment && parts.accountTag === owner.accountTag
    ? parts
    : undefined;
}

/** Joins all records of one chain. Unique for the journal, as epoch and count are. */
export function formatDecisionId(epoch: number, count: number): DecisionId {
  return decisionId(`d-${epoch.toString(36)}-${count.toString(36)}`);
}

function environmentOf(letter: string | undefined): Environment | undefined {
  switch (letter) {
    case 'r':
      return 'rehearsal';
    case 'p':
      return 'paper';
    case 'l':
      return 'live';
    default:
      return undefined;
  }
}

function base36(value: number, digits: number): string {
  if (!Number.isSafeInteger(value) || value < 0 || value >= 36 ** digits) {
    throw new InvariantBroken(`${value} does not fit ${digits} digits of base 36`);
  }
  return value.toString(36).padStart(digits, '0');
}

// 1296 values: enough to tell a mistyped or foreign id from ours, which is all it is for.
function checksumOf(front: string): string {
  const word = createHash('sha256').update(front).digest().readUInt32BE(0);
  return (word % 1296).toString(36).padStart(2, '0');
}
