import { createHmac, createPublicKey, type KeyObject, timingSafeEqual, verify } from 'node:crypto';

/** What we keep of a client's key to check its signatures. */
export type VerifyingKey =
  | { readonly type: 'HMAC'; readonly secret: string }
  | { readonly type: 'RSA'; readonly publicKey: KeyObject }
  | { readonly type: 'ED25519'; readonly publicKey: KeyObject };

/** Reads a PEM public key; throws when it is neither RSA nor Ed25519. */
export function verifyingKeyOfPem(pem: string): VerifyingKey {
  const publicKey = createPublicKey(pem);
  switch (publicKey.asymmetricKeyType) {
    case 'rsa':
      return { type: 'RSA', publicKey };
    case 'ed25519':
      return { type: 'ED25519', publicKey };
    default:
      throw new Error(`key type ${publicKey.asymmetricKeyType} is neither rsa nor ed25519`);
  }
}

/** Hex of the HMAC-SHA256 a client with `secret` would send for `payload`. */
export function signHmac(secret: string, payload: string): string {
  return createHmac('sha256', secret).update(payload, 'utf8').digest('hex');
}

/** Whether `signature` proves that the owner of `key` signed exactly `payload`. */
export function isSignatureValid(key: VerifyingKey, payload: string, signature: string): boolean {
  switch (key.type) {
    case 'HMAC': {
      // Hex in any case, as the venue allows.
      const expected = Buffer.from(signHmac(key.secret, payload));
      const received = Buffer.from(signature.toLowerCase());
      return expected.length === received.length && timingSafeEqual(expected, received);
    }
    case 'RSA':
      return verify('RSA-SHA256', Buffer.from(payload), key.publicKey, fromBase64(signature));
    case 'ED25519':
      return verify(null, Buffer.from(payload), key.publicKey, fromBase64(signature));
  }
}

function fromBase64(text: string): Buffer {
  // A `+` that the client did not percent-encode arrives as a blank.
  return Buffer.from(text.replaceAll(' ', '+'), 'base64');
}
