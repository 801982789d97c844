import { formatIso } from '../observe/iso-time.ts';
import type { Heartbeat } from '../store/heartbeat.ts';
import type { Sight } from './watch-look.ts';

/** A time without a working daemon that was mailed. */
export interface Episode {
  readonly id: string;
  readonly sinceMs: number;
}

export interface WatchMail {
  readonly subject: string;
  readonly text: string;
  readonly atMs: number;
  readonly messageId: string;
  readonly inReplyTo?: string;
}

export interface WatchVerdict {
  readonly mails: readonly WatchMail[];
  readonly changes: readonly {
    readonly event: string;
    readonly detail: Readonly<Record<string, unknown>>;
  }[];
}

/** `gone`: no process, or no answer and no beat. `hung`: it lives and does not work. */
type State = 'working' | 'gone' | 'hung' | 'stopped';

/** The daemon must look bad for so long before a mail: a restart under PM2 takes seconds. */
export const BAD_MS_BEFORE_MAIL = 30_000;
/** Beats come each 5 s. */
const HEARTBEAT_AGE_MS_MAX = 15_000;
const STUCK_LOOP = /"loop":"(\w+)"[^}]*"ageMs":([\d.]+),"limitMs":([\d.]+),"progressing":false/g;
const LOOP_WORDS: Readonly<Record<string, string>> = {
  tick: 'its own clock',
  frames: 'market data',
  journal: 'orders and fills to disk',
  decisions: 'decision records to disk',
};
/** Exit codes after which PM2 does not start it again: a person has to. */
const NOT_RESTARTED = [75, 76, 78];

/**
 * Decides from what was seen whether somebody must be told: one mail when the daemon has been gone or
 * hung for 30 s, one when it works again. Time comes in from outside; nothing here reads a clock.
 */
export class WatchJudge {
  #episode: Episode | undefined;
  #state: State | undefined;
  #badSinceMs: number | undefined;

  /** `episode`: what was open when the watcher itself was last stopped. */
  constructor(episode: Episode | undefined) {
    this.#episode = episode;
  }

  /** The open episode, to be kept on disk. */
  get episode(): Episode | undefined {
    return this.#episode;
  }

  judge(sight: Sight, nowMs: number): WatchVerdict {
    const state = assess(sight);
    const changes =
      state === this.#state
        ? []
        : [
            {
              event: `daemon.${state}`,
              detail: { from: this.#state ?? 'not seen', ...about(sight) },
            },
          ];
    this.#state = state;
    const mail =
      state === 'working' || isCleanStop(sight)
        ? this.#onGood(sight, nowMs)
        : this.#onBad(state, sight, nowMs);
    return { mails: mail === undefined ? [] : [mail], changes };
  }

  #onGood(sight: Sight, nowMs: number): WatchMail | undefined {
    this.#badSinceMs = undefined;
    const episode = this.#episode;
    // A clean stop ends no episode: nothing works again.
    if (episode === undefined || this.#state !== 'working') return undefined;
    this.#episode = undefined;
    return {
      subject: '[P0 OK] overnight: the daemon works again',
      text: [
        `The daemon works again after ${Math.round((nowMs - episode.sinceMs) / 1000)} s.`,
        '',
        ...situation(sight.heartbeat),
      ].join('\n'),
      atMs: nowMs,
      messageId: `${episode.id}.ok@overnight`,
      inReplyTo: `${episode.id}@overnight`,
    };
  }

  #onBad(state: State, sight: Sight, nowMs: number): WatchMail | undefined {
    this.#badSinceMs ??= nowMs;
    const badMs = nowMs - this.#badSinceMs;
    if (this.#episode !== undefined || badMs < BAD_MS_BEFORE_MAIL) return undefined;
    this.#episode = {
      id: `daemon.${state}.${Math.floor(this.#badSinceMs)}`,
      sinceMs: this.#badSinceMs,
    };
    return {
      subject: `[P0 ALARM] overnight: the daemon is ${state} since ${formatIso(this.#badSinceMs)}`,
      text: [
        `What: the daemon has been ${state} for ${Math.round(badMs / 1000)} s.`,
        ...findStuckLoops(sight.healthzText),
        `Seen: ${JSON.stringify(about(sight))}`,
        '',
        ...situation(sight.heartbeat),
        '',
        'First check, in its folder: npx overnight status; then pm2 list and pm2 logs overnight.',
        'Nothing is sent while it is down, stops neither: they are watched by the daemon and do not rest',
        'at the venue. What is held is unprotected until it works again.',
      ].join('\n'),
      atMs: nowMs,
      messageId: `${this.#episode.id}@overnight`,
    };
  }
}

function assess(sight: Sight): State {
  const { heartbeat, heartbeatAgeMs, processLives, healthz } = sight;
  if (healthz === 'healthy') return 'working';
  if (heartbeat?.stopped !== undefined && !processLives) return 'stopped';
  if (!processLives) return 'gone';
  const beats = heartbeatAgeMs !== undefined && heartbeatAgeMs <= HEARTBEAT_AGE_MS_MAX;
  // It beats and does not serve: starting, or stopping. Both end soon, or the beat goes stale.
  if (beats && healthz === 'silent') return 'working';
  return 'hung';
}

/** It was asked to stop and did: nobody needs waking. A stop after which it stays down by a fault is mailed. */
function isCleanStop({ heartbeat, processLives }: Sight): boolean {
  return !processLives && heartbeat?.stopped?.exitCode === 0;
}

function about(sight: Sight): Readonly<Record<string, unknown>> {
  return {
    pid: sight.heartbeat?.pid,
    heartbeatAgeMs: sight.heartbeatAgeMs,
    heartbeatProblem: sight.heartbeatProblem,
    processLives: sight.processLives,
    healthz: sight.healthz,
    healthzText: sight.healthzText.slice(0, 300),
    exitCode: sight.heartbeat?.stopped?.exitCode,
  };
}

/** What its own `/healthz` says does not get anywhere: a feed that says nothing is told from a blocked program. */
function findStuckLoops(healthz: string): readonly string[] {
  const stuck = [...healthz.matchAll(STUCK_LOOP)].map(
    ([, loop = '', ageMs, limitMs]) =>
      `${loop} (${LOOP_WORDS[loop] ?? 'work'}) for ${Math.round(Number(ageMs) / 1000)} s, limit ${Number(limitMs) / 1000} s`,
  );
  return stuck.length === 0 ? [] : [`It lives; no progress of: ${stuck.join('; ')}.`];
}

function situation(heartbeat: Heartbeat | undefined): readonly string[] {
  if (heartbeat === undefined) return ['No heartbeat was ever written here.'];
  const { positions, openOrders, stopped } = heartbeat;
  const held = positions.map(({ symbol, quantity }) => `${quantity} ${symbol}`);
  const open = openOrders.map(
    ({ clientOrderId, symbol, state }) => `${clientOrderId} ${symbol} ${state}`,
  );
  const restarts =
    stopped !== undefined && NOT_RESTARTED.includes(stopped.exitCode)
      ? [`It ended with ${stopped.exitCode} (${stopped.cause}): PM2 does not start it again.`]
      : [];
  return [
    `Last heartbeat: ${formatIso(heartbeat.atMs)}, pid ${heartbeat.pid}, mode ${heartbeat.mode} (${heartbeat.modeCause}), build ${heartbeat.buildId}.`,
    `Positions then: ${held.join(', ') || 'none'}.`,
    `Open orders then: ${open.join(', ') || 'none'}.`,
    ...restarts,
  ];
}
