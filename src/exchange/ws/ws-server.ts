import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { FaultTarget, Subject } from '../faults/fault.ts';
import { type FaultBoard, isTarget } from '../faults/fault-board.ts';
import type { StreamHub } from '../market/stream-hub.ts';
import type { Venue } from '../operations/operation.ts';
import type { RequestDesk } from '../request-desk.ts';
import { ApiSession } from './api-session.ts';
import { MarketSession } from './market-session.ts';
import type { UserStreams } from './user-streams.ts';
import { type SocketRules, VenueSocket } from './venue-socket.ts';

const CLIENT_FRAME_BYTES_MAX = 1024 * 1024;
const FIVE_MINUTES_MS = 300_000;

/** Where an upgrade wants to go. Any prefix is accepted, as behind a reverse proxy. */
type Door =
  | { readonly type: 'market'; readonly combined: boolean; readonly streams: readonly string[] }
  | { readonly type: 'wsApi'; readonly returnsLimits: boolean };

/** Takes WS upgrades and keeps the open connections. */
export class WsServer {
  readonly #about: WsServerParts;
  readonly #wss: WebSocketServer;
  readonly #sockets = new Set<VenueSocket>();
  #nextId = 1;
  #windowOpenedAtMs = 0;
  #connectsInWindow = 0;

  constructor(about: WsServerParts) {
    this.#about = about;
    this.#wss = new WebSocketServer({
      noServer: true,
      // Pings are answered by `VenueSocket`, so that a stall fault can leave them unanswered.
      autoPong: false,
      perMessageDeflate: about.perMessageDeflate,
      maxPayload: CLIENT_FRAME_BYTES_MAX,
    });
    about.server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  get connectionCount(): number {
    return this.#sockets.size;
  }

  /** Says `serverShutdown` everywhere. */
  announceShutdown(): void {
    for (const socket of this.#sockets) socket.announceShutdown();
  }

  /** Closes connections of the target's channel; without a code they are cut. Returns how many. */
  closeConnections(target: FaultTarget, code: number | undefined): number {
    let count = 0;
    for (const socket of [...this.#sockets]) {
      if (!isTarget({ channel: target.channel }, { channel: socket.channel })) continue;
      socket.close(code, 'closed by a fault');
      count += 1;
    }
    return count;
  }

  /** Freezes connections of the target's channel; returns what cuts those that are still there. */
  freezeConnections(target: FaultTarget): () => void {
    const frozen = [...this.#sockets].filter(({ channel }) =>
      isTarget({ channel: target.channel }, { channel }),
    );
    for (const socket of frozen) socket.freeze();
    return () => {
      for (const socket of frozen) socket.close(undefined);
    };
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const door = findDoor(request.url ?? '/');
    if (door === undefined) {
      refuse(socket, 404, 'Not Found');
      return;
    }
    const subject: Subject = { channel: door.type };
    if (this.#about.faults.refusesConnection(subject)) {
      socket.destroy();
      return;
    }
    if (!this.#mayConnect()) {
      refuse(socket, 429, 'Too Many Requests');
      return;
    }
    this.#wss.handleUpgrade(request, socket, head, (ws) => {
      const { rules, faults, venue } = this.#about;
      const venueSocket = new VenueSocket({
        id: this.#nextId++,
        channel: door.type,
        socket: ws,
        rules,
        faults,
        nowMs: () => venue.clock.wallMs(),
      });
      this.#sockets.add(venueSocket);
      ws.on('close', () => this.#sockets.delete(venueSocket));
      this.#open(door, venueSocket);
    });
  }

  #open(door: Door, socket: VenueSocket): void {
    const { venue, desk, users, hub } = this.#about;
    switch (door.type) {
      case 'market': {
        const { combined, streams } = door;
        new MarketSession({ socket, hub, nowMs: () => venue.clock.nowMs(), combined, streams });
        return;
      }
      case 'wsApi':
        venue.limits.spendWeightQuietly(venue.clock.wallMs(), 2);
        new ApiSession({ socket, venue, desk, users, returnsLimits: door.returnsLimits });
    }
  }

  #mayConnect(): boolean {
    const nowMs = this.#about.venue.clock.wallMs();
    const openedAtMs = Math.floor(nowMs / FIVE_MINUTES_MS) * FIVE_MINUTES_MS;
    if (openedAtMs !== this.#windowOpenedAtMs) this.#connectsInWindow = 0;
    this.#windowOpenedAtMs = openedAtMs;
    this.#connectsInWindow += 1;
    return this.#connectsInWindow <= this.#about.rules.connectsPer5MinMax;
  }

  /** Cuts every connection; the HTTP server is closed by its owner. */
  close(): void {
    for (const socket of [...this.#sockets]) socket.close(undefined);
    this.#wss.close();
  }
}

/** What the WS server needs of the rest. */
export interface WsServerParts {
  readonly server: Server;
  readonly venue: Venue;
  readonly desk: RequestDesk;
  readonly users: UserStreams;
  readonly hub: StreamHub;
  readonly faults: FaultBoard;
  readonly rules: SocketRules;
  readonly perMessageDeflate: boolean;
}

/** Reads the path of an upgrade. `/stream/ws/0` is the raw door: the last word counts. */
export function findDoor(url: string): Door | undefined {
  const [rawPath = '', query = ''] = url.split('?', 2);
  const path = decodeURIComponent(rawPath);
  const params = new URLSearchParams(query);
  if (/\/ws-api\/v3\/?$/.test(path)) {
    return { type: 'wsApi', returnsLimits: params.get('returnRateLimits') !== 'false' };
  }
  const raw = /\/ws(?:\/(.*))?$/.exec(path);
  if (raw !== null) return { type: 'market', combined: false, streams: splitStreams(raw[1] ?? '') };
  if (!/\/stream\/?$/.test(path)) return undefined;
  return { type: 'market', combined: true, streams: splitStreams(params.get('streams') ?? '') };
}

function splitStreams(text: string): readonly string[] {
  return text.split('/').filter((name) => name !== '');
}

function refuse(socket: Duplex, status: number, reason: string): void {
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
