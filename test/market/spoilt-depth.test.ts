import { expect, test } from 'vitest';
import type { GeneratedFrame } from '../support/frames.ts';
import { GeneratedNight } from '../support/generated-night.ts';
import { expectTrueBook } from '../support/true-book.ts';

const spoilt: readonly (readonly [string, (text: string) => string])[] = [
  ['a price that is none', (text) => text.replace(/\["[\d.]+"/, '["1e400"')],
  ['an id that is none', (text) => text.replace(/"u":\d+/, '"u":-1')],
  ['cut off in the middle', (text) => text.slice(0, text.length >>> 1)],
  [
    'of tomorrow',
    (text) => text.replace(/"E":(\d+)/, (_all, at) => `"E":${Number(at) + 86_400_000}`),
  ],
];

function depthQuestions(night: GeneratedNight): number {
  const isDepth = (effect: GeneratedNight['effects'][number]): boolean =>
    effect.type === 'askVenue' && effect.question.type === 'depth';
  return night.effects.filter(isDepth).length;
}

for (const [how, spoil] of spoilt) {
  test(`a depth event is refused, ${how}: the book is called wrong at once, not with the next event`, () => {
    const night = new GeneratedNight('spoilt');
    night.start();
    night.serverTime(night.nowMs, 0);
    night.live(10_000);
    expect(night.feed.book(0)?.isSynced).toBe(true);
    night.answerDepth = () => undefined;

    let isHit = false;
    night.onTheWay = (frame) => {
      if (isHit || frame.kind !== 'depth') return isHit ? [] : [frame.text];
      isHit = true;
      return [spoil(frame.text)];
    };
    night.live(1_000);
    expect(isHit).toBe(true);
    expect(night.feed.book(0)?.isSynced).toBe(false);

    night.onTheWay = (frame) => [frame.text];
    night.answerDepth = (): string | undefined => night.markets[0]?.snapshotBody();
    night.live(15_000);
    expect(night.feed.book(0)?.isSynced).toBe(true);
    expectTrueBook(night);
  });
}

// Each snapshot costs 50 of the 6,000 that a minute allows: a book that cannot hold must not spend what orders need.
for (const [how, damage] of [
  ['lost', (): readonly string[] => []],
  ['refused', (frame: GeneratedFrame) => [frame.text.replace(/\["[\d.]+"/, '["NaN"')]],
] as const) {
  test(`every third depth event is ${how}: a book that never holds is asked for ever more rarely, told, and right when it is over`, () => {
    const night = new GeneratedNight(`every third ${how}`);
    night.start();
    night.live(10_000);
    const before = depthQuestions(night);
    let count = 0;
    night.onTheWay = (frame) => {
      if (frame.kind !== 'depth') return [frame.text];
      count += 1;
      return count % 3 === 0 ? damage(frame) : [frame.text];
    };
    night.live(120_000);
    expect(depthQuestions(night) - before).toBeLessThan(20);
    expect(night.faults()).toContain('book.unsynced');

    night.onTheWay = (frame) => [frame.text];
    night.live(31_000);
    expect(night.isFresh()).toBe(true);
    expect(night.feed.book(0)?.isSynced).toBe(true);
    expectTrueBook(night);
  });
}
