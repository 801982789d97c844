import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import { readJournalFile } from '../journal-file.ts';
import type { SimNight } from '../night.ts';

/**
 * Every row of the journal carries the hash of the settings that its life was started with, and the
 * start itself names the same. A night has one set of settings: one that changes while the daemon runs
 * comes with the power to reload it. Decisions get their hash from the world that writes them, which
 * here nobody does.
 */
class SettingsInForce implements Checker {
  readonly tally: Tally;
  readonly #night: SimNight;

  constructor(night: SimNight) {
    this.#night = night;
    this.tally = new Tally('I22', night);
  }

  finish(): void {
    const { configHash, daemon } = this.#night;
    for (const row of readJournalFile(daemon.journalPath)) {
      this.tally.check(
        row.configHash === configHash,
        () => `row ${row.id} (${row.type}) has settings ${row.configHash}, in force: ${configHash}`,
      );
      if (row.type !== 'started') continue;
      this.tally.check(
        row.body.includes(`"${configHash}"`),
        () => `the start in row ${row.id} does not name the settings in force: ${configHash}`,
      );
    }
  }
}

export const settingsInForce: CheckerKind = {
  id: 'I22',
  claim: 'every row of the journal names the settings that are in force',
  make: (night) => new SettingsInForce(night),
};
