import { type Act, ActRecord, CannotInject } from './act.ts';
import type { Ended } from './child.ts';
import { keepTruth, readEvidence } from './evidence.ts';
import type { ExchangeTruth } from './exchange-truth.ts';
import { type Judgement, judge } from './judge.ts';
import type { Night } from './night.ts';
import { makeReport, type SurvivalReport } from './report.ts';

/** One more order must leave after the last act: a night that ends frozen is not survived. */
const LAST_ORDER_MS_MAX = 60_000;

export interface ScriptOptions {
  readonly scenes: readonly (readonly Act[])[];
  readonly seed: string;
  /** Hears each act as it ends. */
  readonly onAct: (record: ActRecord) => void;
}

/**
 * Plays scene after scene; each begins only when the daemon is ACTIVE again and every order proven.
 * Then stops the daemon and judges what it left by what the exchange knows. Never throws for what the
 * daemon did wrong: that is in the report.
 */
export async function playScript(night: Night, options: ScriptOptions): Promise<SurvivalReport> {
  const records: ActRecord[] = [];
  const troubles: string[] = [];
  const unplayed = [...options.scenes];
  try {
    await night.untilReady();
    while (unplayed.length > 0) {
      const scene = unplayed.shift() ?? [];
      records.push(...(await playScene(night, scene, options.onAct)));
      await night.venue.clearAll();
      await night.untilProven();
    }
    await untilNextOrder(night);
  } catch (error) {
    troubles.push(`the script ends here: ${describe(error)}`);
  }
  night.modes.stop();
  const { truth, judgement } = await closeBooks(night, troubles);
  return makeReport({
    beganWallMs: night.beganWallMs,
    tookMs: night.nowMs(),
    seed: options.seed,
    records,
    unplayed: unplayed.flat(),
    truth,
    operatorIds: night.venue.operatorIds,
    judgement,
    ends: night.supervisor.ends,
    startsCount: night.supervisor.startsCount,
    modes: night.modes.changes,
    troubles,
  });
}

async function playScene(
  night: Night,
  scene: readonly Act[],
  onAct: (record: ActRecord) => void,
): Promise<readonly ActRecord[]> {
  return await Promise.all(
    scene.map(async (act) => {
      const record = new ActRecord(act, () => night.nowMs());
      try {
        await act.play(night, record);
      } catch (error) {
        if (error instanceof CannotInject) record.notInjected = error.message;
        else record.trouble = describe(error);
      }
      onAct(record);
      return record;
    }),
  );
}

async function untilNextOrder(night: Night): Promise<void> {
  const before = await night.venue.placedCount();
  await night.until(
    'order after the last act',
    async () => ((await night.venue.placedCount()) > before ? true : undefined),
    LAST_ORDER_MS_MAX,
  );
  await night.untilProven();
}

interface Books {
  readonly truth: ExchangeTruth | undefined;
  readonly judgement: Judgement | undefined;
}

/** The daemon stops in order, the exchange tells what it knows, and the two are compared. */
async function closeBooks(night: Night, troubles: string[]): Promise<Books> {
  let truth: ExchangeTruth | undefined;
  try {
    const ended = await night.supervisor.stopForGood();
    if (!isInOrder(ended)) troubles.push(`asked to stop, the daemon ended with ${tell(ended)}`);
    truth = await night.venue.truth();
    keepTruth(night.folder, { truth, operatorIds: night.venue.operatorIds });
    return { truth, judgement: judge(readEvidence(night.folder)) };
  } catch (error) {
    troubles.push(`the books could not be compared: ${describe(error)}`);
    return { truth, judgement: undefined };
  }
}

function isInOrder(ended: Ended | undefined): boolean {
  return ended !== undefined && ended.code === 0;
}

function tell(ended: Ended | undefined): string {
  return ended === undefined ? 'nobody there' : String(ended.code ?? ended.signal);
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
