import { createHash } from 'node:crypto';

const TAG_LENGTH = 4;

/** Four letters and digits that tell accounts apart in client order ids, without telling the key. */
export function tagOf(apiKey: string | undefined): string {
  const digest = createHash('sha256')
    .update(apiKey ?? 'paper')
    .digest();
  return digest.readUIntBE(0, 6).toString(36).padStart(TAG_LENGTH, '0').slice(-TAG_LENGTH);
}
