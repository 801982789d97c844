import type { DeskSetup } from '../pipeline/setup.ts';
import type { SegmentHeader } from '../store/capture-header.ts';
import { toDeskSetup } from '../wiring/desk-setup.ts';
import type { Findings } from './findings.ts';
import { type OwnSettings, readSavedSettings } from './saved-settings.ts';
import type { SettingChange } from './set-value.ts';
import { SILENT_PROBE } from './silent-probe.ts';

/** Who decides now. */
export interface Decider {
  readonly changes: readonly SettingChange[];
  /** Of the code that decides now; strategies by kind. */
  readonly buildId: string;
  readonly strategies: Readonly<Record<string, string>>;
  /** For captures of builds that kept no settings in them. */
  readonly own?: (() => OwnSettings | undefined) | undefined;
}

/** What the desk of a life is made with, by its header; what is not as it was then is told. Throws `UnusableSettings`. */
export function makeLifeSetup(
  header: SegmentHeader,
  { changes, own, buildId, strategies }: Decider,
  findings: Findings,
): DeskSetup {
  const saved = readSavedSettings(header, changes, own);
  const isOtherBuild = header.buildId !== buildId;
  if (isOtherBuild) findings.noted(`recorded by build ${header.buildId}, decided by ${buildId}`);
  for (const [kind, hash] of Object.entries(header.strategies ?? {})) {
    if (strategies[kind] === hash) continue;
    findings.noted(`strategy ${kind}: recorded ${hash}, decided by ${strategies[kind] ?? 'none'}`);
  }
  for (const note of saved.notes) {
    // The same code reads the same text in one way: somebody has changed the text.
    if (isOtherBuild) findings.noted(note);
    else findings.damaged(note);
  }
  const { settings, accountTag } = saved;
  return toDeskSetup(settings, { probe: SILENT_PROBE, accountTag });
}
