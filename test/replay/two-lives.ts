import { join } from 'node:path';
import { expect } from 'vitest';
import { listSegments, readSegment } from '../../src/store/capture-reader.ts';
import type { SocketNight } from '../support/socket-night.ts';

export const FILLS_PER_LIFE = 10;

/** A kill may leave a file in which nothing has arrived yet. */
export function writtenFiles(capture: string): readonly string[] {
  return listSegments(capture).filter((file) => !readSegment(file).next().done);
}

/** Trades until so many more orders are filled, and over the begin of another file. */
export async function trade(night: SocketNight, end: 'kill' | 'stop'): Promise<void> {
  const capture = join(night.dataDir, 'capture');
  const daemon = night.startDaemon();
  await daemon.waitReady();
  const filesCount = writtenFiles(capture).length;
  const fillsCount = night.account().trades.length + FILLS_PER_LIFE;
  await daemon.waitFor(
    'fills, and three more files',
    () =>
      night.account().trades.length >= fillsCount && writtenFiles(capture).length >= filesCount + 3,
    90_000,
  );
  if (end === 'kill') await daemon.kill();
  else expect(await daemon.stop()).toEqual({ code: 0, signal: null });
}
