import { BoundedList, BoundedMap } from '../domain/bounded.ts';
import { type OutcomeKind, parseOutcome } from '../store/capture-outcome.ts';

/** Where in the night something happened. */
export interface Place {
  readonly file: string;
  /** Counted from the first event that was decided again, from 1. */
  readonly eventNumber: number;
  readonly eventType: string;
  readonly atMs: number;
}

/** A field whose values differ, as JSON; `undefined`: it is not there. */
export interface FieldDifference {
  readonly field: string;
  readonly recorded: string | undefined;
  readonly decided: string | undefined;
}

/** One outcome that is not the same now; `undefined`: there is none on that side. */
export interface Difference {
  readonly place: Place;
  /** Of an outcome, `checkpoint`, or what else stands before the first blank. */
  readonly kind: string;
  readonly recorded: string | undefined;
  readonly decided: string | undefined;
  /** Only what differs, when both are there. */
  readonly fields: readonly FieldDifference[];
}

/** How often a decision with this stage, outcome and reason was taken. */
export interface ReasonCount {
  readonly reason: string;
  readonly recorded: number;
  readonly decided: number;
}

/** After a difference of these, answers of the venue belong to something else. */
const ORDERS: ReadonlySet<string> = new Set<OutcomeKind>(['row', 'place', 'cancel']);
const KEPT_MAX = 10;
/** Stages times outcomes times reasons that occur: far fewer. */
const REASONS_MAX = 5_000;

export function differ(
  place: Place,
  recorded: string | undefined,
  decided: string | undefined,
): Difference {
  const kind = kindOf(recorded ?? decided ?? '');
  const fields =
    recorded === undefined || decided === undefined ? [] : findFields(recorded, decided);
  return { place, kind, recorded, decided, fields };
}

function findFields(recorded: string, decided: string): readonly FieldDifference[] {
  const before = flatten(recorded);
  const now = flatten(decided);
  return [...new Set([...before.keys(), ...now.keys()])]
    .filter((field) => before.get(field) !== now.get(field))
    .map((field) => ({ field, recorded: before.get(field), decided: now.get(field) }));
}

/** Its values by their path. */
function flatten(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  const kind = kindOf(text);
  fields.set('kind', kind);
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) {
      fields.set(path, JSON.stringify(value));
      return;
    }
    const entries = Object.entries(value);
    if (entries.length === 0) fields.set(path, JSON.stringify(value));
    for (const [name, part] of entries) walk(part, path === '' ? name : `${path}.${name}`);
  };
  walk(parse(text.slice(kind.length + 1)), '');
  return fields;
}

function kindOf(text: string): string {
  return text.slice(0, Math.max(text.indexOf(' '), 0));
}

/** A damaged text is its own value. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The first differences, how many there are, and how often each reason was given. */
export class DifferenceList {
  readonly #first = new BoundedList<Difference>('replay.differences', KEPT_MAX, 'refuse');
  readonly #reasons = new BoundedMap<string, { recorded: number; decided: number }>(
    'replay.reasons',
    REASONS_MAX,
    'dropOldest',
  );
  count = 0;
  /** The first order, row or cancel that is not the same: answers belong to the recorded ones. */
  firstOrderPlace: Place | undefined;

  get first(): readonly Difference[] {
    return [...this.#first];
  }

  add(place: Place, recorded: string | undefined, decided: string | undefined): void {
    this.count += 1;
    if (this.#first.isFull && this.firstOrderPlace !== undefined) return;
    const difference = differ(place, recorded, decided);
    if (ORDERS.has(difference.kind)) this.firstOrderPlace ??= place;
    if (!this.#first.isFull) this.#first.push(difference);
  }

  countReason(text: string, side: 'recorded' | 'decided'): void {
    const outcome = parseOutcome(text);
    if (outcome?.kind !== 'decision') return;
    const { stage, outcome: what, reason } = outcome.value;
    const code =
      typeof reason === 'object' && reason !== null && 'code' in reason ? reason.code : '';
    const key = `${String(stage)} ${String(what)} ${String(code)}`;
    const counts = this.#reasons.get(key) ?? { recorded: 0, decided: 0 };
    counts[side] += 1;
    this.#reasons.set(key, counts);
  }

  /** Of reasons given more or less often now; the largest difference first. */
  changedReasons(): readonly ReasonCount[] {
    return [...this.#reasons.entries()]
      .map(([reason, counts]) => ({ reason, ...counts }))
      .filter(({ recorded, decided }) => recorded !== decided)
      .sort((a, b) => Math.abs(b.decided - b.recorded) - Math.abs(a.decided - a.recorded));
  }
}
