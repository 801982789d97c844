import type { Duplex } from 'node:stream';

type ChunkListener = (this: Duplex, chunk: Uint8Array) => void;

/** Hears each chunk in the library's place; `handOver` gives the library bytes as if they had just come. */
export type ChunkReader = (chunk: Uint8Array, handOver: (bytes: Uint8Array) => void) => void;

/**
 * Puts a reader before the one listener that `ws` has on its socket; returns whether it did. It does
 * not when the socket has no such listener, or others beside it: then the library reads as ever.
 */
export function readAhead(socket: Duplex, reader: ChunkReader): boolean {
  const [theirs, ...others] = socket.listeners('data');
  if (!isChunkListener(theirs) || others.length > 0) return false;
  const handOver = (bytes: Uint8Array): void => theirs.call(socket, bytes);
  const ours = (chunk: Uint8Array): void => reader(chunk, handOver);
  socket.removeListener('data', theirs);
  // As with `once`: whoever removes the listener that ours stands for removes ours. `ws` stops
  // reading that way, after a goodbye, an error and the end, and needs to know nothing of us.
  socket.on('data', Object.assign(ours, { listener: theirs }));
  return true;
}

function isChunkListener(listener: unknown): listener is ChunkListener {
  return typeof listener === 'function';
}
