import type { AccountSetup } from '../matching/exchange-core.ts';
import type { SymbolRules } from '../matching/symbol-rules.ts';
import { LIVE_RATE_LIMITS, type RateLimitSettings } from '../matching/wire/venue-limits.ts';
import { type ApiKey, DEMO_KEY } from './api-keys.ts';
import type { PlaybackSpeed } from './market/recording-player.ts';
import { LIVE_SOCKET_RULES, type SocketRules } from './ws/venue-socket.ts';

/** How to start a simulated exchange. Everything has a default; port 0 takes any free one. */
export interface ExchangeOptions {
  readonly port?: number;
  readonly controlPort?: number;
  /** Names of the default symbols to trade; absent: all of them. A recording brings its own. */
  readonly symbols?: readonly string[];
  /** Symbols with rules of their own, in place of `symbols`. */
  readonly rules?: readonly SymbolRules[];
  readonly seed?: string;
  /** Generated: how much happens, 1 like a live day. Recorded: times life, or `max`. */
  readonly speed?: PlaybackSpeed;
  /** Files to play, one after another, instead of a generated market. */
  readonly recordings?: readonly string[];
  /** `none`: only accounts trade, for tests that want the book to themselves. */
  readonly market?: 'generated' | 'none';
  /** Faults armed from the start, as `POST /faults` takes them. */
  readonly faults?: readonly unknown[];
  readonly accounts?: readonly AccountSetup[];
  readonly keys?: readonly ApiKey[];
  readonly rateLimits?: Partial<RateLimitSettings>;
  readonly socketRules?: Partial<SocketRules>;
  readonly perMessageDeflate?: boolean;
  /** How long a recording waits after the first subscription for the client's others. */
  readonly recordingDelayMs?: number;
  /** A file to remember everything in, and to go on from when it is there. Absent: every start is the first. */
  readonly stateFile?: string;
}

/** Options with every gap filled. */
export interface ExchangeSettings {
  readonly port: number;
  readonly controlPort: number;
  readonly symbols: readonly string[] | undefined;
  readonly rules: readonly SymbolRules[] | undefined;
  readonly seed: string;
  readonly speed: PlaybackSpeed;
  readonly recordings: readonly string[];
  readonly market: 'generated' | 'none';
  readonly faults: readonly unknown[];
  readonly accounts: readonly AccountSetup[];
  readonly keys: readonly ApiKey[];
  readonly rateLimits: RateLimitSettings;
  readonly socketRules: SocketRules;
  readonly perMessageDeflate: boolean;
  readonly recordingDelayMs: number;
  readonly stateFile: string | undefined;
}

/** The account everybody may trade with: key `demo`, secret `demo`. */
export const DEMO_ACCOUNT: AccountSetup = {
  accountKey: DEMO_KEY.account,
  balances: { USDT: '100000', BTC: '1', ETH: '10' },
};

export function fillSettings(options: ExchangeOptions): ExchangeSettings {
  return {
    port: options.port ?? 0,
    controlPort: options.controlPort ?? 0,
    symbols: options.symbols,
    rules: options.rules,
    seed: options.seed ?? 'overnight',
    speed: options.speed ?? 1,
    recordings: options.recordings ?? [],
    market: options.market ?? 'generated',
    faults: options.faults ?? [],
    accounts: options.accounts ?? [DEMO_ACCOUNT],
    keys: options.keys ?? [DEMO_KEY],
    rateLimits: { ...LIVE_RATE_LIMITS, ...options.rateLimits },
    socketRules: { ...LIVE_SOCKET_RULES, ...options.socketRules },
    perMessageDeflate: options.perMessageDeflate ?? false,
    recordingDelayMs: options.recordingDelayMs ?? 250,
    stateFile: options.stateFile,
  };
}
