import { parseOutcome } from '../store/capture-outcome.ts';

/** In this order, where an outcome has them. */
const TOLD = [
  'type',
  'stage',
  'outcome',
  'reason.code',
  'symbol',
  'intent.symbol',
  'strategy',
  'side',
  'intent.side',
  'quantity',
  'price',
  'state',
  'to',
  'cause',
  'decisionId',
  'clientOrderId',
  'intent.clientOrderId',
  'seq',
] as const;
const LENGTH_MAX = 200;

/** A decision, row or order in one line: what it is, of whom, and by which id to find it. */
export function summariseOutcome(text: string): string {
  const outcome = parseOutcome(text);
  if (outcome === undefined) return text.slice(0, LENGTH_MAX);
  const words = TOLD.flatMap((path) => {
    const value = read(outcome.value, path.split('.'));
    if (typeof value !== 'string' && typeof value !== 'number') return [];
    return path === 'seq' ? [`number ${value}`] : [String(value)];
  });
  return words.join(' ').slice(0, LENGTH_MAX);
}

function read(value: unknown, path: readonly string[]): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  return read(new Map<string, unknown>(Object.entries(value)).get(step), rest);
}
