import { basename } from 'node:path';
import type { Difference, Place } from '../replay/difference.ts';
import type { MissingPart, OpenEnd, ReplayReport, Share } from '../replay/replay-report.ts';
import type { SettingChange } from '../replay/set-value.ts';
import { summariseOutcome } from './summarise-outcome.ts';
import { formatMoment, formatTable } from './tell.ts';

const FIELDS_MAX = 20;
const REASONS_MAX = 20;
const VALUE_LENGTH_MAX = 120;

/** What `overnight replay` prints. */
export function renderReplay(report: ReplayReport, changes: readonly SettingChange[]): string {
  const lines = [headline(report), ...about(report, changes)];
  for (const damage of report.damages) lines.push(`damaged: ${damage}`);
  report.differences.forEach((difference, n) => {
    lines.push('', ...renderDifference(difference, n + 1, report.differencesCount));
  });
  const more = report.differencesCount - report.differences.length;
  if (more > 0) lines.push('', `and ${count(more, 'difference')} more`);
  lines.push(...renderReasons(report), ...renderApproximate(report.approximateFrom));
  return `${lines.join('\n')}\n`;
}

function headline(report: ReplayReport): string {
  const { eventsCount, decisionsCount, hash, recordedHash, differencesCount } = report;
  const what = `${count(eventsCount, 'event')}, ${count(decisionsCount, 'decision')}`;
  // biome-ignore format: it reads as a list
  switch (report.verdict) {
    case 'identical': return `identical: ${what}, hash ${hash}`;
    case 'incomplete': return `NOT PROVEN: nothing differs in ${what}, and ${tellLack(report)}, hash ${hash}`;
    case 'nothing': return `NOT PROVEN: nothing was compared in ${what}`;
    default:
  }
  const hashes = hash === recordedHash ? `hash ${hash}` : `hash ${hash}, recorded ${recordedHash}`;
  return `NOT identical: ${count(differencesCount, 'difference')} in ${what}, ${hashes}`;
}

function tellLack({ coverage, uncompared, damages }: ReplayReport): string {
  const isKnown = coverage.missing.length + uncompared.length + damages.length > 0;
  return isKnown
    ? 'not all of the night was compared'
    : 'nobody can tell whether that is all of the night';
}

function about(report: ReplayReport, changes: readonly SettingChange[]): readonly string[] {
  const { fromMs, toMs, filesCount, livesCount, checkpointsCount } = report;
  const lines = [
    `  ${count(report.ordersCount, 'order')}, ${count(report.cancelsCount, 'cancel')}, ${count(report.rowsCount, 'journal row')}; ${count(livesCount, 'start')}, ${count(checkpointsCount, 'checkpoint')} the same, ${count(filesCount, 'file')}`,
  ];
  if (fromMs !== undefined && toMs !== undefined) {
    lines.push(`  from ${formatMoment(fromMs)} to ${formatMoment(toMs)}`);
  }
  lines.push(...tellCoverage(report));
  for (const { path, value } of changes) lines.push(`  with ${path}=${value}`);
  for (const note of report.notes) lines.push(`  ${note}`);
  for (const { file, why, eventsCount, decisionsCount, rowsCount } of report.uncompared) {
    const what = `${count(eventsCount, 'event')}, ${count(decisionsCount, 'decision')}, ${count(rowsCount, 'journal row')}`;
    lines.push(`  NOT COMPARED from ${file} on: ${what}: ${why}`);
  }
  return lines;
}

/** Of how much is known, how much was compared, and what the capture does not hold. */
function tellCoverage({ coverage, gapsCount }: ReplayReport): readonly string[] {
  const { lives, decisions, rows, missing, lost, openEnds } = coverage;
  const lines = [
    `  compared: ${share(decisions)} decisions, ${share(rows)} journal rows, ${share(lives)} lives; ${count(gapsCount, 'gap')}`,
  ];
  for (const part of missing) lines.push(`  MISSING: ${tellPart(part)}`);
  for (const part of lost) lines.push(`  not in the capture: ${tellPart(part)}`);
  for (const end of openEnds) lines.push(`  END NOT KNOWN: ${tellOpenEnd(end)}`);
  return lines;
}

function share({ compared, recorded }: Share): string {
  return `${compared.toLocaleString('en')} of ${recorded.toLocaleString('en')}`;
}

function tellOpenEnd({ epoch, why, lastAtMs }: OpenEnd): string {
  const where = lastAtMs === undefined ? '' : `, last heard of ${formatMoment(lastAtMs)}`;
  return `whether start ${epoch}${where}, recorded more than the capture holds: ${why}`;
}

function tellPart(part: MissingPart): string {
  const { epoch, decisionsCount, rowsCount, fromMs, toMs, why } = part;
  const what =
    decisionsCount + rowsCount === 0
      ? 'the end'
      : `${count(decisionsCount, 'decision')}, ${count(rowsCount, 'journal row')}`;
  const when =
    fromMs === undefined || toMs === undefined
      ? ''
      : ` from ${formatMoment(fromMs)} to ${formatMoment(toMs)}`;
  return `${what} of start ${epoch}${when}: ${why}`;
}

function renderDifference(difference: Difference, n: number, all: number): readonly string[] {
  const { place, kind, recorded, decided, fields } = difference;
  const head = `${n} of ${all}: ${kind} of ${tellPlace(place)}`;
  if (recorded === undefined) return [head, `  only now: ${summariseOutcome(decided ?? '')}`];
  if (decided === undefined) return [head, `  only recorded: ${summariseOutcome(recorded)}`];
  const shown = fields.slice(0, FIELDS_MAX);
  const rows = shown.map((field) => [
    `  ${field.field}`,
    shorten(field.recorded),
    shorten(field.decided),
  ]);
  const more = fields.length - shown.length;
  return [
    head,
    `  ${summariseOutcome(recorded)}`,
    formatTable(['  field', 'recorded', 'now'], rows),
    ...(more > 0 ? [`  and ${count(more, 'field')} more`] : []),
  ];
}

function renderReasons({ changedReasons }: ReplayReport): readonly string[] {
  if (changedReasons.length === 0) return [];
  const rows = changedReasons
    .slice(0, REASONS_MAX)
    .map(({ reason, recorded, decided }) => [reason, String(recorded), String(decided)]);
  return ['', formatTable(['decisions', 'recorded', 'now'], rows)];
}

function renderApproximate(place: Place | undefined): readonly string[] {
  if (place === undefined) return [];
  return [
    '',
    `orders are not the same from ${tellPlace(place)} on: the answers in the capture are those to the recorded ones, so what comes later is an estimate`,
  ];
}

function tellPlace({ file, eventNumber, eventType, atMs }: Place): string {
  return `event ${eventNumber.toLocaleString('en')} (${eventType}, ${formatMoment(atMs)}, ${basename(file)})`;
}

function shorten(value: string | undefined): string {
  if (value === undefined) return '-';
  return value.length <= VALUE_LENGTH_MAX ? value : `${value.slice(0, VALUE_LENGTH_MAX)}...`;
}

function count(n: number, what: string): string {
  return `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`;
}
