import { createHmac, createPrivateKey, sign } from 'node:crypto';
import type { Secret } from '../domain/secret.ts';

/** Signs requests of the venue's WebSocket API: HMAC-SHA256 (hex) or, when the secret is a PEM key, Ed25519 (base64). */
export class Signer {
  readonly #apiKey: Secret;
  readonly #secret: Secret;

  constructor(apiKey: Secret, secret: Secret) {
    this.#apiKey = apiKey;
    this.#secret = secret;
  }

  /** `parameters` with `apiKey` and `signature` added. Signed over all of them, sorted by name. */
  signParameters(
    parameters: Readonly<Record<string, string | number>>,
  ): Record<string, string | number> {
    const all: Record<string, string | number> = { ...parameters, apiKey: this.#apiKey.reveal() };
    const payload = Object.keys(all)
      .sort()
      .map((name) => `${name}=${all[name]}`)
      .join('&');
    return { ...all, signature: this.#sign(payload) };
  }

  #sign(payload: string): string {
    const secret = this.#secret.reveal();
    if (secret.includes('PRIVATE KEY')) {
      return sign(null, Buffer.from(payload, 'utf8'), createPrivateKey(secret)).toString('base64');
    }
    return createHmac('sha256', secret).update(payload, 'utf8').digest('hex');
  }
}
