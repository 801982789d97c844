import { BoundedMap } from '../domain/bounded.ts';
import { REFUSALS } from '../matching/wire/venue-refusal.ts';
import type { Parameters } from './parameters.ts';
import { checkRequestTime, type ServerTime } from './request-time.ts';
import { isSignatureValid, type VerifyingKey } from './signature.ts';

/** A key the exchange knows, and whose account it opens. */
export interface ApiKey {
  readonly apiKey: string;
  readonly account: string;
  readonly key: VerifyingKey;
}

/** The account everybody may use without asking. */
export const DEMO_KEY: ApiKey = {
  apiKey: 'demo',
  account: 'demo',
  key: { type: 'HMAC', secret: 'demo' },
};

const KEYS_MAX = 1_000;
const KEY_FORMAT = /^[A-Za-z0-9_-]{1,128}$/;

/** Who asks, and may they. */
export class ApiKeys {
  readonly #keys = new BoundedMap<string, ApiKey>('exchange.apiKeys', KEYS_MAX, 'refuse');

  constructor(keys: readonly ApiKey[]) {
    for (const key of keys) this.add(key);
  }

  add(key: ApiKey): void {
    this.#keys.set(key.apiKey, key);
  }

  /** A revoked key answers -2015 from the next request on. */
  revoke(apiKey: string): void {
    this.#keys.delete(apiKey);
  }

  /** The key's owner; refuses a malformed (-2014) or unknown key (-2015). */
  identify(apiKey: string | undefined): ApiKey {
    if (apiKey === undefined || !KEY_FORMAT.test(apiKey)) throw REFUSALS.keyFormat();
    const known = this.#keys.get(apiKey);
    if (known === undefined) throw REFUSALS.keyUnknown();
    return known;
  }

  /** The whole check of a signed request, in the venue's order: key, mandatory parameters, time, signature. */
  authenticate(apiKey: string | undefined, params: Parameters, server: ServerTime): ApiKey {
    const known = this.identify(apiKey);
    params.requiredText('timestamp');
    const signature = params.requiredText('signature');
    checkRequestTime(params, server);
    if (!isSignatureValid(known.key, params.signedPayload, signature)) throw REFUSALS.signature();
    return known;
  }
}
