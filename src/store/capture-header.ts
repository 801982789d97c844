/** What a start needs, in the header of each segment: replay reads nothing else. */
export interface RunHeader {
  readonly buildId: string;
  /** Of the settings; `settings` must make the same. */
  readonly configHash: string;
  readonly epoch: number;
  /** The settings file with what the environment changed in it, as JSON text. Settings hold no secret. */
  readonly settings: string;
  /** Four letters and digits of a hash of the account's key. */
  readonly accountTag: string;
  readonly environment: string;
  /** By kind of strategy: the first digits of a hash of its code. */
  readonly strategies: Readonly<Record<string, string>>;
}

/** A header as it is read: older builds wrote fewer fields, newer ones may write more. */
export interface SegmentHeader extends Partial<RunHeader> {
  readonly buildId: string;
  readonly configHash: string;
  readonly epoch: number;
  readonly openedAtMs: number;
  /** 2: input events alone. 3: outcomes and checkpoints too. */
  readonly version: number;
}

export const HEADER_VERSION = 3;
/** The first version whose segments hold what the live process decided. */
export const OUTCOMES_SINCE = 3;

/** The header of a segment's text. Throws `SyntaxError` when it is none; the message says what was expected. */
export function parseHeader(text: string): SegmentHeader {
  const fields: unknown = JSON.parse(text);
  if (typeof fields !== 'object' || fields === null) throw new SyntaxError('expected an object');
  const read = new Map<string, unknown>(Object.entries(fields));
  const settings = read.get('settings');
  const accountTag = read.get('accountTag');
  const environment = read.get('environment');
  const strategies = read.get('strategies');
  return {
    buildId: asText(read, 'buildId'),
    configHash: asText(read, 'configHash'),
    epoch: asNumber(read, 'epoch'),
    openedAtMs: asNumber(read, 'openedAtMs'),
    version: asNumber(read, 'version'),
    ...(typeof settings === 'string' ? { settings } : {}),
    ...(typeof accountTag === 'string' ? { accountTag } : {}),
    ...(typeof environment === 'string' ? { environment } : {}),
    ...(typeof strategies === 'object' && strategies !== null
      ? { strategies: textsOf(strategies) }
      : {}),
  };
}

function textsOf(fields: object): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
}

function asText(fields: ReadonlyMap<string, unknown>, name: string): string {
  const value = fields.get(name);
  if (typeof value === 'string') return value;
  throw new SyntaxError(`found ${JSON.stringify(value)} as ${name}, expected a text`);
}

function asNumber(fields: ReadonlyMap<string, unknown>, name: string): number {
  const value = fields.get(name);
  if (typeof value === 'number') return value;
  throw new SyntaxError(`found ${JSON.stringify(value)} as ${name}, expected a number`);
}
