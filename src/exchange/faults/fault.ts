import { z } from 'zod';
import type { SymbolStatus } from '../../matching/symbol-rules.ts';

/** Where a fault looks before it acts. An absent field matches everything. */
export const targetSchema = z.strictObject({
  channel: z.enum(['rest', 'market', 'wsApi', 'userStream']).optional(),
  /** HTTP method. */
  method: z.string().optional(),
  /** Ending of the REST path, or the WS API method: `order`, `order.place`. */
  path: z.string().optional(),
  symbol: z.string().optional(),
  /** Stream name as subscribed: `btcusdt@trade`. A part of it suffices: `@trade`. */
  stream: z.string().optional(),
  clientOrderId: z.string().optional(),
});
export type FaultTarget = z.infer<typeof targetSchema>;

/** What passes a fault: a request, a frame, an event of the user stream, a connection. */
export interface Subject {
  readonly channel: 'rest' | 'market' | 'wsApi' | 'userStream';
  readonly method?: string;
  readonly path?: string;
  readonly symbol?: string;
  readonly stream?: string;
  readonly clientOrderId?: string;
}

/** A fault answers in the venue's place. */
export interface FaultAnswer {
  readonly type: 'answer';
  readonly httpStatus: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What happens to a request instead of the usual. */
export type Interference =
  | { readonly type: 'delay'; readonly delayMs: number }
  | FaultAnswer
  /** The socket is destroyed without an answer. */
  | { readonly type: 'destroy' };

/** What a fault may do while it is armed. Each hook is asked only about subjects its target matches. */
export interface FaultHooks {
  /** Before the engine sees a request. */
  readonly beforeRequest?: (subject: Subject) => Interference | undefined;
  /** After the engine acted, before the answer leaves. */
  readonly afterRequest?: (subject: Subject) => Interference | undefined;
  /** The frames that leave instead of this one: none, itself, several. */
  readonly onFrame?: (text: string, subject: Subject) => readonly OutgoingFrame[];
  /** Whether a new TCP connection or WS upgrade is refused. */
  readonly onConnect?: (subject: Subject) => boolean;
  /** Whether pings and pongs stay unanswered and unsent. */
  readonly isMute?: (subject: Subject) => boolean;
  /** Called when the fault is cleared or runs out. */
  readonly onCleared?: () => void;
}

export interface OutgoingFrame {
  readonly text: string;
  readonly delayMs?: number;
}

/** What a fault may reach when it acts at once rather than wait for traffic. */
export interface FaultControls {
  /** Closes matching connections; returns how many. `code` undefined: destroyed without a close frame. */
  closeConnections(target: FaultTarget, code: number | undefined): number;
  /** Freezes matching connections as they stand; returns what cuts them at last. */
  freezeConnections(target: FaultTarget): () => void;
  /** Says `serverShutdown` on every WS connection and closes them after `closeAfterMs`. */
  shutDownConnections(closeAfterMs: number): void;
  /** Ends all user data streams with `eventStreamTerminated`. */
  terminateUserStreams(): void;
  /** Moves the venue's clock by `shiftMs` from where it is. */
  shiftClock(shiftMs: number): void;
  banAddress(durationMs: number): void;
  revokeKey(apiKey: string): void;
  setSymbolStatus(symbol: string, status: SymbolStatus): void;
}

/** One fault of the catalogue; each lives in its own file and stands in `catalogue.ts`. */
export interface FaultKind {
  readonly name: string;
  /** One line for `GET /faults`. */
  readonly does: string;
  /** Reads the settings (throws a ZodError) and returns what the fault does from now on. */
  readonly arm: (settings: unknown, controls: FaultControls, target: FaultTarget) => FaultHooks;
}

/** Binds a fault's settings schema to its behaviour. */
export function defineFault<Shape extends z.ZodRawShape>(fault: {
  readonly name: string;
  readonly does: string;
  readonly settings: z.ZodObject<Shape>;
  readonly arm: (
    settings: z.infer<z.ZodObject<Shape>>,
    controls: FaultControls,
    target: FaultTarget,
  ) => FaultHooks;
}): FaultKind {
  return {
    name: fault.name,
    does: fault.does,
    arm: (settings, controls, target) =>
      fault.arm(fault.settings.parse(settings ?? {}), controls, target),
  };
}
