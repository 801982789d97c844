import { REFUSALS } from '../matching/wire/venue-refusal.ts';

const SIGNATURE = /(^|&)signature=[^&]*/;

/** What a request says, by name, as text. Remembers which names were read, because the venue refuses leftovers. */
export class Parameters {
  /** What the client must have signed: exactly the received text without `signature`. */
  readonly signedPayload: string;
  readonly signature: string | undefined;
  readonly #values: ReadonlyMap<string, string>;
  readonly #read = new Set<string>();

  constructor(values: ReadonlyMap<string, string>, signedPayload: string) {
    this.#values = values;
    this.signedPayload = signedPayload;
    this.signature = values.get('signature');
  }

  /** Query string and urlencoded body of a REST request. On a name in both, the query wins. */
  static ofRest(query: string, body: string): Parameters {
    const values = new Map<string, string>();
    for (const [name, value] of new URLSearchParams(body)) values.set(name, value);
    for (const [name, value] of new URLSearchParams(query)) values.set(name, value);
    return new Parameters(values, withoutSignature(query) + withoutSignature(body));
  }

  /** `params` of a WS API request: numbers keep the text they had on the wire, because that was signed. */
  static ofWsApi(params: ReadonlyMap<string, string>): Parameters {
    const signed = [...params].filter(([name]) => name !== 'signature');
    signed.sort(([a], [b]) => (a < b ? -1 : 1));
    return new Parameters(params, signed.map(([name, value]) => `${name}=${value}`).join('&'));
  }

  get sentCount(): number {
    return this.#values.size;
  }
  get readCount(): number {
    return [...this.#values.keys()].filter((name) => this.#read.has(name)).length;
  }

  /** Text of a parameter; `undefined` when absent or empty. */
  text(name: string): string | undefined {
    this.#read.add(name);
    const value = this.#values.get(name);
    return value === undefined || value === '' ? undefined : value;
  }

  requiredText(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw REFUSALS.missing(name);
    return value;
  }

  /** A whole number of 0 or more. */
  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = Number(value);
    if (!/^[0-9]+$/.test(value) || !Number.isSafeInteger(number)) {
      throw REFUSALS.illegalPattern(name, '^[0-9]{1,20}$');
    }
    return number;
  }

  requiredInteger(name: string): number {
    const value = this.integer(name);
    if (value === undefined) throw REFUSALS.missing(name);
    return value;
  }

  flag(name: string): boolean | undefined {
    const value = this.text(name)?.toLowerCase();
    if (value === undefined) return undefined;
    if (value !== 'true' && value !== 'false') throw REFUSALS.badData(name);
    return value === 'true';
  }

  /** One of a closed list; `refuse` says what the venue calls a wrong one. */
  oneOf<T extends string>(name: string, allowed: readonly T[], refuse: () => Error): T | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const found = allowed.find((candidate) => candidate === value);
    if (found === undefined) throw refuse();
    return found;
  }

  /** Refuses names nobody read (-1104). Those every signed request may carry do not count as leftovers. */
  refuseUnread(): void {
    for (const name of ['timestamp', 'recvWindow', 'signature', 'apiKey', 'returnRateLimits']) {
      this.#read.add(name);
    }
    if (this.readCount < this.sentCount) throw REFUSALS.unread(this.readCount, this.sentCount);
  }
}

function withoutSignature(text: string): string {
  const rest = text.replace(SIGNATURE, '');
  return rest.startsWith('&') ? rest.slice(1) : rest;
}
