import { expect, test } from 'vitest';
import type { GeneratedFrame } from '../support/frames.ts';
import { makeInstrument } from '../support/frames.ts';
import { GeneratedNight } from '../support/generated-night.ts';

/** Two symbols on one socket that brings nothing for `ms`; returns what it held back, in its order. */
function heldBack(night: GeneratedNight, ms: number): GeneratedFrame[] {
  const held: GeneratedFrame[] = [];
  night.onTheWay = (frame) => {
    held.push(frame);
    return [];
  };
  night.live(ms);
  night.onTheWay = (frame) => [frame.text];
  return held;
}

function twoSymbols(seed: string): GeneratedNight {
  const instruments = [makeInstrument(0), makeInstrument(1, 'ETH/USDT')];
  const night = new GeneratedNight(seed, { instruments });
  night.start();
  night.serverTime(night.nowMs, 0);
  night.live(30_000);
  return night;
}

// Best prices carry no time of their own. Behind a lost packet a socket says nothing for seconds and then
// everything at once: the first of it is as old as the silence was long.
test('a socket brings five seconds at once: no best price of it is new until an event with a time says so', () => {
  const night = twoSymbols('held back');
  const held = heldBack(night, 5_000);
  const firstTop = held.findIndex(({ kind }) => kind === 'top');
  for (const { text } of held.slice(0, firstTop + 1)) night.frame(text);

  const nowMs = night.atMs;
  expect([night.isFresh(0), night.isFresh(1)]).toEqual([false, false]);
  expect(
    night.feed.assessFreshness(held[firstTop]?.text.includes('ethusdt') ? 1 : 0, nowMs).cause,
  ).toBe('late');

  // What the burst brings last happened now.
  for (const { text } of held.slice(firstTop + 1)) night.frame(text);
  expect([night.isFresh(0), night.isFresh(1)]).toEqual([true, true]);
});

test('the first word behind the silence is a ping: the best price behind it is as late, and nothing else is', () => {
  const night = twoSymbols('a ping first');
  const held = heldBack(night, 2_500);
  night.ping();
  expect([night.isFresh(0), night.isFresh(1)]).toEqual([true, true]);

  const top = held.find(({ kind }) => kind === 'top');
  night.frame(top?.text ?? '');
  const instrument = top?.text.includes('ethusdt') ? 1 : 0;
  expect(night.feed.assessFreshness(instrument, night.atMs)).toMatchObject({
    fresh: false,
    cause: 'late',
    eventLagMs: 2_600,
  });
  expect(night.isFresh(1 - instrument)).toBe(true);
});

test('a silence shorter than events may be late says nothing', () => {
  const night = twoSymbols('a short silence');
  const held = heldBack(night, 1_500);
  const top = held.find(({ kind }) => kind === 'top');
  night.frame(top?.text ?? '');

  expect(night.isFresh(top?.text.includes('ethusdt') ? 1 : 0)).toBe(true);
});

// Most markets say nothing for seconds all night: that is no fault, and a stop must not wait for the next change.
test('a quiet market: every best price is told, as soon as the event beside it shows that it is new', () => {
  const night = new GeneratedNight('quiet');
  night.start();
  night.serverTime(night.nowMs, 0);
  night.live(1_000);
  const market = night.markets[0];
  for (let i = 0; i < 50; i++) {
    night.waitMs(9_000);
    market?.rest(9_000);
    const frames = market?.run(100) ?? [];
    const at = frames.findIndex(({ kind }) => kind === 'top');
    const told = night.tops.length;
    // The venue tells best prices at once, and changes of the book up to 100 ms later.
    night.frame(frames[at]?.text ?? '');
    expect(night.tops.length).toBe(told);
    night.waitMs(100);
    for (const { text } of frames.slice(at + 1)) night.frame(text);
    expect(night.tops.length).toBeGreaterThan(told);
  }
});

// An event of the new socket says how late the new one is, and nothing of what the old one brought last.
test('the socket ends right behind a price that was held back: on the next one it is not taken for new', () => {
  const night = twoSymbols('held back, then cut');
  const held = heldBack(night, 4_000);
  const top = held.find(({ kind }) => kind === 'top');
  const instrument = top?.text.includes('ethusdt') ? 1 : 0;
  night.frame(top?.text ?? '');
  const told = night.tops.length;
  night.answerDepth = () => undefined;
  night.closeSocket();
  night.onTheWay = (frame) => (frame.kind === 'trade' ? [frame.text] : []);
  for (let waitedMs = 0; waitedMs < 2_500; waitedMs += 100) {
    night.live(100);
    expect(night.feed.assessFreshness(instrument, night.atMs).fresh).toBe(false);
  }
  expect(night.trades.length).toBeGreaterThan(0);
  expect(night.tops.length).toBe(told);
});

/** How often somebody was told of the best prices of a symbol. */
function toldOf(night: GeneratedNight, instrument: number): number {
  return night.tops.filter((index) => index === instrument).length;
}

/** As if it had happened so much earlier. */
function delayed(text: string, byMs: number): string {
  return text.replace(/"([ET])":(\d{13})/g, (_, key, ms) => `"${key}":${+ms - byMs}`);
}

/** The best prices of a market move, and nothing else of them is heard: their change of the book is lost. */
function topMoved(night: GeneratedNight, instrument: number): GeneratedFrame {
  for (;;) {
    const frames = night.markets[instrument]?.run(100) ?? [];
    const top = frames.findLast(({ kind }) => kind === 'top');
    if (top !== undefined) return top;
  }
}

// The price came behind a silence and was kept back, its change of the book was lost, the streams were asked for anew on
// the same socket. The snapshot says that it is still the best one: a stop that it has met had waited for the next change.
test('a price that was held back is told when the symbol is fresh again, whatever made it fresh', () => {
  const night = twoSymbols('held back, never proven');
  heldBack(night, 2_500);
  const top = topMoved(night, 0);
  night.frame(top.text);
  const told = toldOf(night, 0);
  for (let second = 0; second < 30; second++) {
    for (const market of night.markets) market.rest(1_000);
    night.waitMs(1_000);
    if (second % 10 === 0) night.ping();
  }
  expect(night.feed.counters.resubscribes).toBeGreaterThan(0);
  expect(night.isFresh(0)).toBe(true);
  expect(toldOf(night, 0)).toBeGreaterThan(told);
});

// A late trade, best prices, and then a change of the book that is on time: nothing more comes of it.
test('a price that was told while the way was slow is told again when it is not: whoever was asked then was denied', () => {
  const night = twoSymbols('late, then not');
  const [market] = night.markets;
  for (;;) {
    const frames = market?.run(100) ?? [];
    night.waitMs(100);
    const trade = frames.findIndex(({ kind }) => kind === 'trade');
    const top = frames.findLastIndex(({ kind }) => kind === 'top');
    const isProven = frames.slice(top + 1).some(({ kind }) => kind === 'depth');
    if (trade < 0 || top < trade || !isProven) {
      for (const { text } of frames) night.frame(text);
      continue;
    }
    for (const { kind, text } of frames.slice(0, top + 1)) {
      night.frame(kind === 'trade' ? delayed(text, 4_700) : text);
    }
    expect(night.isFresh(0)).toBe(false);
    const told = toldOf(night, 0);
    for (const { text } of frames.slice(top + 1)) night.frame(text);
    expect(night.isFresh(0)).toBe(true);
    expect(toldOf(night, 0)).toBe(told + 1);
    return;
  }
});

// The trades of one symbol come three seconds late, without a pause: so does the best price of the other.
test('a best price on a socket that is known to be late is late, though the venue has just said that nothing changed', () => {
  const night = twoSymbols('a late way');
  const late = ({ kind, text }: GeneratedFrame, { index }: { readonly index: number }) => {
    if (index === 1) return [];
    return kind === 'top' ? [text] : [delayed(text, 3_000)];
  };
  night.onTheWay = late;
  night.live(1_000);
  expect(night.isFresh(1)).toBe(true);
  const told = toldOf(night, 1);
  night.frame(topMoved(night, 1).text);
  expect(night.isFresh(1)).toBe(false);
  expect(toldOf(night, 1)).toBe(told);
});
