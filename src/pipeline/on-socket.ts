import { bytesOf, type FrameReceived } from '../domain/event.ts';
import type { ConnectionId } from '../domain/ids.ts';
import { applyStream } from './apply-step.ts';
import type { Desk } from './desk.ts';
import { pushFeed } from './feed-effects.ts';

export function onFrame(desk: Desk, event: FrameReceived): void {
  const { connection, atMs } = event;
  for (const venue of desk.venues) {
    if (venue.feed.owns(connection)) {
      const effects = venue.feed.onFrame(event, venue.marketSink);
      if (effects.length > 0) pushFeed(desk, venue, effects);
      return;
    }
    if (venue.stream.owns(connection)) {
      applyStream(desk, venue, venue.stream.onFrame(connection, bytesOf(event), atMs));
      return;
    }
  }
}

export function onPing(desk: Desk, connection: ConnectionId): void {
  for (const venue of desk.venues) {
    if (venue.feed.owns(connection)) desk.push(venue.feed.onPing(connection, desk.nowMs));
    else if (venue.stream.owns(connection)) venue.stream.onPing(connection, desk.nowMs);
  }
}

export function onSocketOpened(desk: Desk, connection: ConnectionId): void {
  for (const venue of desk.venues) {
    if (venue.feed.owns(connection)) {
      pushFeed(desk, venue, venue.feed.onSocketOpened(connection, desk.nowMs));
    } else if (venue.stream.owns(connection)) {
      applyStream(desk, venue, venue.stream.onOpened(connection, desk.nowMs));
    }
  }
}

export function onSocketClosed(
  desk: Desk,
  connection: ConnectionId,
  code: number,
  cause: string,
): void {
  for (const venue of desk.venues) {
    if (venue.feed.owns(connection)) {
      pushFeed(desk, venue, venue.feed.onSocketClosed(connection, code, cause, desk.nowMs));
    } else if (venue.stream.owns(connection)) {
      const told = cause === '' ? `closed with ${code}` : cause;
      applyStream(desk, venue, venue.stream.onClosed(connection, told, desk.nowMs));
    }
  }
}
