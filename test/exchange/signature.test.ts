import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { Parameters } from '../../src/exchange/parameters.ts';
import { isSignatureValid, signHmac, verifyingKeyOfPem } from '../../src/exchange/signature.ts';

// The vendor's published example; whoever gets this wrong rejects every real client.
const SECRET = 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j';
const PAYLOAD =
  'symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559';
const SIGNATURE = 'c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71';

test('the vendor test vector: our HMAC is the published one, in either case', () => {
  const key = { type: 'HMAC', secret: SECRET } as const;
  expect(signHmac(SECRET, PAYLOAD)).toBe(SIGNATURE);
  expect(isSignatureValid(key, PAYLOAD, SIGNATURE.toUpperCase())).toBe(true);
  expect(isSignatureValid(key, `${PAYLOAD}0`, SIGNATURE)).toBe(false);
  expect(isSignatureValid(key, PAYLOAD, '')).toBe(false);
});

test('query, body, or both: the signed text is what was received, minus the signature, wherever it stood', () => {
  const whole = Parameters.ofRest('', `${PAYLOAD}&signature=${SIGNATURE}`);
  expect(whole.signedPayload).toBe(PAYLOAD);

  const mixed = Parameters.ofRest('symbol=LTCBTC&side=BUY', `type=LIMIT&signature=aa&price=1`);
  expect(mixed.signedPayload).toBe('symbol=LTCBTC&side=BUYtype=LIMIT&price=1');

  const first = Parameters.ofRest(`signature=aa&symbol=LTCBTC`, '');
  expect(first.signedPayload).toBe('symbol=LTCBTC');
  expect(first.signature).toBe('aa');
});

test('a name in query and body: the query wins', () => {
  const params = Parameters.ofRest('symbol=BTCUSDT', 'symbol=ETHUSDT&side=BUY');
  expect(params.text('symbol')).toBe('BTCUSDT');
  expect(params.text('side')).toBe('BUY');
});

test('WS API parameters: sorted by name, numbers as they were written', () => {
  const params = Parameters.ofWsApi(
    new Map([
      ['timestamp', '1499827319559'],
      ['apiKey', 'k'],
      ['signature', 'aa'],
      ['price', '0.10'],
    ]),
  );
  expect(params.signedPayload).toBe('apiKey=k&price=0.10&timestamp=1499827319559');
});

test.each(['ed25519', 'rsa'] as const)(
  'an %s key: its own signature passes, another key fails',
  (type) => {
    const make = () =>
      type === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: 2_048 })
        : generateKeyPairSync('ed25519');
    const mine = make();
    const other = make();
    const algorithm = type === 'rsa' ? 'RSA-SHA256' : null;
    const signature = sign(algorithm, Buffer.from(PAYLOAD), mine.privateKey).toString('base64');
    const pem = (key: typeof mine) =>
      key.publicKey.export({ type: 'spki', format: 'pem' }).toString();

    expect(isSignatureValid(verifyingKeyOfPem(pem(mine)), PAYLOAD, signature)).toBe(true);
    // A plus that was not percent-encoded arrives as a blank.
    expect(
      isSignatureValid(verifyingKeyOfPem(pem(mine)), PAYLOAD, signature.replaceAll('+', ' ')),
    ).toBe(true);
    expect(isSignatureValid(verifyingKeyOfPem(pem(other)), PAYLOAD, signature)).toBe(false);
  },
);
