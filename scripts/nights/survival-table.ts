import type { Survival } from './survival.ts';

const RULE = '-'.repeat(100);

/** The table that a run ends with, line by line. */
export function survivalLines(survival: Survival): readonly string[] {
  return [
    RULE,
    ...totals(survival),
    '',
    ...faults(survival),
    '',
    ...invariants(survival),
    '',
    ...expectedCells(survival),
    ...coverage(survival),
    RULE,
  ];
}

function totals(survival: Survival): readonly string[] {
  const { counts, keptNights, nights, profiles, simulatedHours, twins, unsettledNights } = survival;
  const rate = survival.nightsPerMinutePerCore.toFixed(1);
  const megabytes = Math.round(survival.rssBytesMax / 1e6);
  return [
    `${many(nights)} nights (${keptNights} of them kept), ${many(simulatedHours)} simulated hours`,
    `${many(counts.frames)} frames, ${many(counts.orders)} orders, ${many(counts.fills)} fills, ` +
      `${many(counts.lives)} lives, ${many(counts.journalRows)} journal rows in ${many(counts.commits)} commits`,
    `settings: ${Object.entries(profiles)
      .map(([profile, count]) => `${profile} ${count}`)
      .join(', ')}`,
    `${twins} run twice; ${unsettledNights} with something open in the morning`,
    `${rate} nights a minute and core, a worker held ${megabytes} MB at most`,
  ];
}

function faults({ faults: all }: Survival): readonly string[] {
  const seen = all.filter(({ began }) => began > 0);
  const never = all.filter(({ began }) => began === 0).map(({ name }) => name);
  return [
    columns('fault', 'family', 'began', 'nights'),
    ...seen.map(({ name, family, began, nights }) =>
      columns(name, family, many(began), many(nights)),
    ),
    ...(never.length > 0 ? [`never: ${never.join(', ')}`] : []),
  ];
}

function invariants({ invariants: all }: Survival): readonly string[] {
  return [
    `${'invariant'.padEnd(15)}${'checks'.padStart(14)}${'broken'.padStart(8)}${'expected'.padStart(10)}`,
    ...all.map(
      ({ id, claim, checks, brokenNights, expectedNights }) =>
        `${id.padEnd(15)}${many(checks).padStart(14)}${many(brokenNights).padStart(8)}` +
        `${many(expectedNights).padStart(10)}  ${claim}`,
    ),
  ];
}

function expectedCells({ expectedCells: all }: Survival): readonly string[] {
  if (all.length === 0) return [];
  const rows = all.map(({ cell, nights, brokenNights, isOutlived }) => {
    const told = isOutlived ? 'NO LONGER' : many(brokenNights);
    return `${columns(cell.fault, cell.invariant, told, many(nights))}  "${cell.says.join('", "')}": ${cell.missing}`;
  });
  return [columns('expected under', 'invariant', 'broke', 'nights'), ...rows, ''];
}

/** Cells in groups: of the first nights of a corpus most are missing, and nobody reads two hundred lines. */
function coverage({ coverage: seen }: Survival): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const cell of seen.missing) {
    const [, group = cell, rest = ''] = /^(\w+ x|\w+ finds|\w+) (.*)$/.exec(cell) ?? [];
    groups.set(group, [...(groups.get(group) ?? []), rest]);
  }
  return [
    `coverage ${seen.percent.toFixed(1)} %: ${seen.hitCount} of ${seen.possibleCount} cells, ` +
      `${seen.impossible.length} more are impossible`,
    ...[...groups].map(([group, cells]) => `  never: ${group} ${cells.join(', ')}`),
  ];
}

function columns(name: string, kind: string, first: string, second: string): string {
  return `${name.padEnd(34)}${kind.padEnd(14)}${first.padStart(9)}${second.padStart(9)}`;
}

function many(count: number): string {
  return count.toLocaleString('en', { maximumFractionDigits: 1 });
}
