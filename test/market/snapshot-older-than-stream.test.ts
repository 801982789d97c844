import { expect, test } from 'vitest';
import { GeneratedNight } from '../support/generated-night.ts';

const MINUTE = 60_000;

// A copy of the book that lags behind answers every question alike. Where the streams of the new socket have
// nothing to say yet, its second answer would prove its first, and we would trade on a book of long ago.
test('a new socket on which nothing has come: a snapshot older than the socket before had shown is none, however often it comes', () => {
  const night = new GeneratedNight('old after a drop');
  const old = night.markets[0]?.snapshotBody();
  night.start();
  night.live(20_000);
  expect(night.feed.book(0)?.isSynced).toBe(true);
  const shownId = night.feed.book(0)?.updateId ?? 0;

  const { answerDepth } = night;
  night.answerDepth = () => old;
  night.closeSocket();
  night.waitMs(2 * MINUTE);
  expect(night.sockets.length).toBeGreaterThan(1);
  expect(night.feed.book(0)?.updateId).toBe(0);
  expect(night.feed.book(0)?.isSynced).toBe(false);
  expect(night.faults()).toContain('book.unsynced');

  night.answerDepth = answerDepth;
  night.live(MINUTE);
  expect(night.feed.book(0)?.isSynced).toBe(true);
  expect(night.feed.book(0)?.updateId).toBeGreaterThan(shownId);
});

test('a venue whose ids begin anew with a new socket: its first word there says so, and its snapshots count again', () => {
  const night = new GeneratedNight('ids anew');
  const anew = new GeneratedNight('ids anew').markets[0];
  night.start();
  night.live(MINUTE);
  const shownId = night.feed.book(0)?.updateId ?? 0;

  night.answerDepth = () => anew?.snapshotBody();
  night.closeSocket();
  night.waitMs(1_500);
  expect(night.feed.book(0)?.updateId).toBe(0);

  for (let i = 0; i < 150; i += 1) {
    for (const { text } of anew?.run(100) ?? []) night.deliver(text);
    night.waitMs(100);
  }
  const truth = anew?.truth();
  expect(truth?.updateId).toBeLessThan(shownId);
  expect(night.feed.book(0)?.isSynced).toBe(true);
  expect(night.feed.book(0)?.updateId).toBe(truth?.updateId);
});
