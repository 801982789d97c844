import { parseSettings } from '../config/parse-settings.ts';
import { formatProblem } from '../config/problem.ts';
import type { Settings } from '../config/settings.ts';
import type { SegmentHeader } from '../store/capture-header.ts';
import { changeSettings, type SettingChange } from './set-value.ts';

/** Settings from elsewhere, for captures of builds that kept none. */
export interface OwnSettings {
  readonly source: string;
  readonly configHash: string;
  readonly accountTag: string;
}

/** Settings that no desk can be made with; the message names every problem. */
export class UnusableSettings extends Error {
  override readonly name = 'UnusableSettings';
}

export interface SavedSettings {
  readonly settings: Settings;
  readonly accountTag: string;
  /** What a reader of the result must know about them. */
  readonly notes: readonly string[];
  /** They are not what the header says they are. */
  readonly isOther: boolean;
}

/** The settings a life ran with, changed where asked. Throws `UnusableSettings`. */
export function readSavedSettings(
  header: SegmentHeader,
  changes: readonly SettingChange[],
  findOwn: (() => OwnSettings | undefined) | undefined,
): SavedSettings {
  const { source, accountTag } = findSource(header, findOwn);
  const recorded = parseSettings(source, {});
  const isOther = recorded.type === 'invalid' || recorded.configHash !== header.configHash;
  const notes = isOther
    ? [
        `the settings in the header are read differently here: found ${nameOf(recorded)}, expected ${short(header.configHash)}`,
      ]
    : [];
  const parsed = changes.length === 0 ? recorded : parseSettings(change(source, changes), {});
  if (parsed.type === 'invalid') {
    // Its lines are those of a text that nobody has seen.
    const problems = parsed.problems.map(
      (problem) => `  ${formatProblem({ ...problem, where: undefined })}`,
    );
    const which = changes.length === 0 ? 'of the capture' : 'with what --set changes';
    throw new UnusableSettings(`the settings ${which} are not valid:\n${problems.join('\n')}`);
  }
  return { settings: parsed.settings, accountTag, notes, isOther };
}

function findSource(
  { settings, accountTag, configHash, version }: SegmentHeader,
  findOwn: (() => OwnSettings | undefined) | undefined,
): { readonly source: string; readonly accountTag: string } {
  if (settings !== undefined && accountTag !== undefined) return { source: settings, accountTag };
  const what = `the capture (version ${version}) holds no settings`;
  const own = findOwn?.();
  if (own === undefined) throw new UnusableSettings(`${what}, and no settings file is given`);
  if (own.configHash === configHash) return own;
  const found = `found ${short(own.configHash)}, expected ${short(configHash)}`;
  throw new UnusableSettings(`${what}, and the settings file is another one: ${found}`);
}

function change(source: string, changes: readonly SettingChange[]): string {
  try {
    return changeSettings(source, changes);
  } catch (error) {
    if (error instanceof RangeError) throw new UnusableSettings(error.message);
    throw error;
  }
}

function nameOf(parsed: ReturnType<typeof parseSettings>): string {
  return parsed.type === 'valid' ? short(parsed.configHash) : 'settings that are not valid';
}

const short = (hash: string): string => hash.slice(0, 12);
