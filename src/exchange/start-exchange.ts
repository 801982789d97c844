import { randomInt } from 'node:crypto';
import type { Server } from 'node:http';
import { InvariantBroken } from '../domain/assert.ts';
import { createExchangeCore } from '../matching/create-exchange-core.ts';
import type { ExchangeCore, ExchangeCoreSetup } from '../matching/exchange-core.ts';
import { DEFAULT_SYMBOLS, type SymbolRules } from '../matching/symbol-rules.ts';
import { createControlServer } from './control/control-server.ts';
import { tellTruth } from './control/truth.ts';
import { Exchange } from './exchange.ts';
import { ExchangeClock } from './exchange-clock.ts';
import { type ExchangeOptions, type ExchangeSettings, fillSettings } from './exchange-options.ts';
import type { FaultOrder } from './faults/fault-board.ts';
import { GeneratedMarket } from './market/generated-market.ts';
import { RecordingPlayer } from './market/recording-player.ts';
import { type RecordingSurvey, surveyRecordings } from './market/recording-survey.ts';
import { createRestServer } from './rest/http-server.ts';
import { StateRefused, StateStore } from './state/state-store.ts';
import { WsServer } from './ws/ws-server.ts';

/** A running exchange. */
export interface RunningExchange {
  readonly port: number;
  readonly controlPort: number;
  /** What `GET /truth` answers. */
  readonly truth: () => Readonly<Record<string, unknown>>;
  /** Arms a fault as `POST /faults` does; returns its id. */
  readonly armFault: (order: FaultOrder) => number;
  readonly clearFaults: () => void;
  /** Cuts every connection and frees the ports. */
  readonly close: () => Promise<void>;
}

const HOST = '127.0.0.1';
const PACE_MAX = 100;
const RANDOM_STEPS = 2 ** 32;

/** Starts a simulated exchange on 127.0.0.1 and returns once both ports listen. Rejects when a recording cannot be read, a symbol is unknown or a port is taken. */
export async function startExchange(options: ExchangeOptions = {}): Promise<RunningExchange> {
  const settings = fillSettings(options);
  const survey =
    settings.recordings.length > 0 ? await surveyRecordings(settings.recordings) : undefined;
  const clock = new ExchangeClock(() => Date.now());
  const store = settings.stateFile === undefined ? undefined : StateStore.open(settings.stateFile);
  const exchange = createExchange({ settings, survey, clock, store });
  store?.rewrite(exchange.core.exportState());

  const stopMarket = startMarket(exchange, settings, survey);
  const timers = [
    setInterval(() => exchange.publisher.every100Ms(), 100),
    setInterval(() => exchange.publisher.every1000Ms(), 1_000),
  ];
  const rest = createRestServer(exchange, exchange.desk, exchange.faults);
  const ws = new WsServer({
    server: rest,
    venue: exchange,
    desk: exchange.desk,
    users: exchange.users,
    hub: exchange.hub,
    faults: exchange.faults,
    rules: settings.socketRules,
    perMessageDeflate: settings.perMessageDeflate,
  });
  exchange.attach(ws);
  const truth = () =>
    tellTruth(exchange.core, exchange.wireLog, stopMarket.player, exchange.clock.nowMs());
  const control = createControlServer({ faults: exchange.faults, truth });
  for (const fault of settings.faults) exchange.faults.arm(fault);
  const port = await listen(rest, settings.port);
  const controlPort = await listen(control, settings.controlPort);
  return {
    port,
    controlPort,
    truth,
    armFault: (order) => exchange.faults.arm(order),
    clearFaults: () => exchange.faults.clear(),
    close: async () => {
      for (const timer of timers) clearInterval(timer);
      stopMarket.stop();
      exchange.faults.clear();
      ws.close();
      await Promise.all([closeServer(rest), closeServer(control)]);
      store?.close(exchange.core.exportState());
    },
  };
}

function createExchange({
  settings,
  survey,
  clock,
  store,
}: {
  readonly settings: ExchangeSettings;
  readonly survey: RecordingSurvey | undefined;
  readonly clock: ExchangeClock;
  readonly store: StateStore | undefined;
}): Exchange {
  const pace = settings.speed === 'max' ? PACE_MAX : settings.speed;
  const core = openCore(settings.stateFile, {
    symbols: survey?.symbols ?? settings.rules ?? pickSymbols(settings.symbols),
    accounts: settings.accounts,
    market:
      survey !== undefined
        ? { type: 'recorded' }
        : settings.market === 'none'
          ? { type: 'none' }
          : { type: 'generated', seed: settings.seed, pace },
    startAtMs: clock.nowMs(),
    seed: settings.seed,
    state: store?.found,
  });
  return new Exchange(core, settings, {
    clock,
    random: () => randomInt(RANDOM_STEPS) / RANDOM_STEPS,
    recordedStreams: survey?.streams,
    store,
  });
}

/** A state that contradicts itself, or the symbols to trade, is refused with the name of its file. */
function openCore(stateFile: string | undefined, setup: ExchangeCoreSetup): ExchangeCore {
  try {
    return createExchangeCore(setup);
  } catch (error) {
    if (stateFile === undefined || !(error instanceof InvariantBroken)) throw error;
    throw new StateRefused(stateFile, error.message, { cause: error });
  }
}

interface StartedMarket {
  readonly player: RecordingPlayer | undefined;
  readonly stop: () => void;
}

function startMarket(
  exchange: Exchange,
  settings: ExchangeSettings,
  survey: RecordingSurvey | undefined,
): StartedMarket {
  const tell = exchange.tell.bind(exchange);
  const coreNowMs = exchange.coreNowMs.bind(exchange);
  if (survey === undefined) {
    const market = new GeneratedMarket(exchange.core, coreNowMs, tell);
    market.start();
    return { player: undefined, stop: () => market.stop() };
  }
  const { core, hub, clock } = exchange;
  const { speed } = settings;
  const player = new RecordingPlayer({ survey, speed, core, hub, clock, tell, coreNowMs });
  player.prime();
  hub.onFirstSubscription(() => {
    setTimeout(() => void player.play(), settings.recordingDelayMs);
  });
  return { player, stop: () => player.stop() };
}

function pickSymbols(names: readonly string[] | undefined): readonly SymbolRules[] {
  if (names === undefined) return DEFAULT_SYMBOLS;
  return names.map((name) => {
    const rules = DEFAULT_SYMBOLS.find(({ symbol }) => symbol === name);
    if (rules !== undefined) return rules;
    const known = DEFAULT_SYMBOLS.map(({ symbol }) => symbol).join(', ');
    throw new Error(`unknown symbol ${name}; known: ${known}`);
  });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.off('error', reject);
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('no port'));
      else resolve(address.port);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
