import type { FrameOnTheWay } from '../trouble.ts';

/** Of a market frame: whose it is and what it tells. `undefined`: an answer, or an event of the account. */
export function symbolOf({ socket, stream }: FrameOnTheWay): string | undefined {
  if (socket !== 'market' || stream === '') return undefined;
  return stream.slice(0, stream.indexOf('@')).toUpperCase();
}

export function isDepth({ stream }: FrameOnTheWay): boolean {
  return stream.includes('@depth');
}

export function isTrade({ stream }: FrameOnTheWay): boolean {
  return stream.endsWith('@trade');
}

/** Every price in a text of the venue, frame or body, as `change` says; amounts stay. */
export function changePrices(text: string, change: (price: string) => string): string {
  return text
    .replace(
      /"([pba])":"([^"]+)"/g,
      (_, key: string, price: string) => `"${key}":"${change(price)}"`,
    )
    .replace(/\["([^"]+)",/g, (_, price: string) => `["${change(price)}",`);
}

/** Decimal text with its point moved: three places to the right is a thousand times as much. */
export function movePoint(decimal: string, places: number): string {
  const [whole = '', fraction = ''] = decimal.split('.', 2);
  const digits = `${'0'.repeat(8)}${whole}${fraction}${'0'.repeat(8)}`;
  const at = 8 + whole.length + places;
  const left = digits.slice(0, at).replace(/^0+(?=\d)/, '');
  return `${left}.${digits.slice(at, at + 8)}`;
}
