import { REASONS } from '../domain/reason.ts';
import type { DecisionLine } from '../observe/decision-line.ts';
import { formatMicros, formatMoment, formatTable } from './tell.ts';

const LINE_WIDTH = 96;
const INDENT = '           ';

/** A chain of decision records as a person reads it: what was seen, wanted, checked, sent, answered, executed. */
export function renderChain(chain: readonly DecisionLine[]): string {
  const first = chain[0];
  if (first === undefined) return 'nothing is known about it\n';
  const parts = [headOf(first), ...chain.map((record) => renderRecord(record)), timesOf(chain)];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function headOf(first: DecisionLine): string {
  const by = first.strategy === undefined ? '' : `, strategy ${first.strategy}`;
  return [
    `${first.decisionId}  ${first.symbol} on ${first.venue}${by}`,
    `data ${first.dataTrust}, build ${first.buildId}, settings ${first.configHash.slice(0, 12)}`,
  ].join('\n');
}

function renderRecord(record: DecisionLine): string {
  const { code, ...compared } = record.reason;
  const title = `${record.at.slice(11, 23)}  ${record.stage}: ${record.outcome}, ${code} (${textOf(code)})`;
  const ids = {
    ...(record.clientOrderId === undefined ? {} : { clientOrderId: record.clientOrderId }),
    ...(record.venueOrderId === undefined ? {} : { venueOrderId: record.venueOrderId }),
  };
  return [
    title,
    // Reasons and inputs often name the same number: one mention is enough.
    ...wrapPairs({ ...compared, ...record.inputs, ...ids }),
    ...renderChecks(record),
    ...renderRun(record),
  ].join('\n');
}

function textOf(code: string): string {
  const known = Object.entries(REASONS).find(([name]) => name === code);
  return known?.[1] ?? 'a reason this build does not know';
}

function renderChecks({ checks }: DecisionLine): readonly string[] {
  if (checks === undefined) return [];
  const rows = checks.map(({ code, value, limit, passed }) => [
    code,
    formatValue(value),
    formatValue(limit),
    passed ? 'passed' : 'FAILED',
  ]);
  return indent(formatTable(['check', 'value', 'limit', ''], rows));
}

function renderRun({ run }: DecisionLine): readonly string[] {
  if (run === undefined) return [];
  return [
    `${INDENT}${run.count} evaluations in a row from ${run.firstAt.slice(11, 23)} to ${run.lastAt.slice(11, 23)}`,
    ...wrapPairs(run.nearestMiss ?? {}, 'nearest miss: '),
    ...wrapPairs(run.last, 'last: '),
  ];
}

/** The fullest set of times of the chain: the record that came last knows most stages. */
function timesOf(chain: readonly DecisionLine[]): string {
  const fullest = chain.reduce<DecisionLine['latencyUs']>(
    (best, { latencyUs }) =>
      Object.keys(latencyUs).length > Object.keys(best).length ? latencyUs : best,
    {},
  );
  const text = formatTimes(fullest);
  return text === '' ? '' : `stages: ${text}`;
}

const STAGE_WORDS: Readonly<Record<string, string>> = {
  tickToOrder: 'tick to order',
  tickToAck: 'tick to ack',
};

function formatTimes(latencyUs: DecisionLine['latencyUs']): string {
  return Object.entries(latencyUs)
    .map(([stage, us]) => `${STAGE_WORDS[stage] ?? stage} ${formatMicros(us)}`)
    .join(', ');
}

function wrapPairs(
  pairs: Readonly<Record<string, number | string | boolean>>,
  before = '',
): readonly string[] {
  const words = Object.entries(pairs)
    .filter(([name]) => !isSaidInUnits(name, pairs))
    .map(([name, value]) => `${name} ${formatNamed(name, value)}`);
  if (words.length === 0) return [];
  const lines: string[] = [];
  let line = before;
  for (const [place, word] of words.entries()) {
    const piece = place === words.length - 1 ? word : `${word}, `;
    if (line.trim() !== '' && line.length + piece.length > LINE_WIDTH) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += piece;
  }
  return [...lines, line].map((text) => INDENT + text);
}

function indent(text: string): readonly string[] {
  return text.split('\n').map((line) => INDENT + line);
}

/** `filledLots` beside `filledQuantity`: the same twice, and a person counts in units. */
function isSaidInUnits(name: string, pairs: Readonly<Record<string, unknown>>): boolean {
  if (!/lots$/i.test(name)) return false;
  return (
    name.replace(/Lots$/, 'Quantity') in pairs || (name === 'quantityLots' && 'quantity' in pairs)
  );
}

function formatNamed(name: string, value: number | string | boolean): string {
  if (typeof value === 'number' && name.endsWith('AtMs')) return formatMoment(value).slice(11);
  return formatValue(value);
}

/** Features of a strategy carry seventeen digits: nobody reads more than seven. */
function formatValue(value: number | string | boolean): string {
  if (typeof value !== 'number' || Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(7)));
}
