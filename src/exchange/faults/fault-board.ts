import { z } from 'zod';
import { BoundedList, BoundedMap } from '../../domain/bounded.ts';
import { FAULT_CATALOGUE } from './catalogue.ts';
import {
  type FaultControls,
  type FaultHooks,
  type FaultTarget,
  type Interference,
  type OutgoingFrame,
  type Subject,
  targetSchema,
} from './fault.ts';

const ARMED_MAX = 200;
const ENDED_MAX = 100;
const ACTED_ON_MAX = 100;

const orderSchema = z.strictObject({
  fault: z.string(),
  /** How many times it acts; absent: until cleared. */
  count: z.int().positive().optional(),
  /** How long it stays armed; absent: until cleared. */
  durationMs: z.number().positive().optional(),
  /** Chance that it acts on a matching subject. */
  probability: z.number().min(0).max(1).default(1),
  target: targetSchema.default({}),
  settings: z.unknown().optional(),
});

/** What `POST /faults` takes. */
export type FaultOrder = z.input<typeof orderSchema>;

interface ArmedFault {
  readonly id: number;
  readonly name: string;
  readonly target: FaultTarget;
  readonly settings: unknown;
  readonly probability: number;
  readonly untilMs: number | undefined;
  readonly hooks: FaultHooks;
  leftCount: number | undefined;
  actedCount: number;
  /** By the machine's clock; `undefined` as long as it has not acted. */
  firstActedAtMs: number | undefined;
  /** Client order ids of the requests and reports it acted on, newest last. */
  readonly actedOn: BoundedList<string>;
}

/** A fault as `GET /faults` tells it. */
export interface FaultView extends Omit<ArmedFault, 'hooks' | 'actedOn'> {
  readonly actedOn: readonly string[];
}

/** The faults armed right now. Everything that leaves or enters the exchange asks here first. */
export class FaultBoard {
  readonly #armed = new BoundedMap<number, ArmedFault>('exchange.faults', ARMED_MAX, 'refuse');
  readonly #ended = new BoundedList<FaultView>('exchange.faultsEnded', ENDED_MAX, 'dropOldest');
  readonly #controls: FaultControls;
  readonly #wallMs: () => number;
  readonly #random: () => number;
  #nextId = 1;

  constructor(controls: FaultControls, wallMs: () => number, random: () => number) {
    this.#controls = controls;
    this.#wallMs = wallMs;
    this.#random = random;
  }

  /** Arms a fault and returns its id. Throws a ZodError on a malformed order, an Error on an unknown name. */
  arm(raw: unknown): number {
    const order = orderSchema.parse(raw);
    const kind = FAULT_CATALOGUE.find((candidate) => candidate.name === order.fault);
    if (kind === undefined) {
      const known = FAULT_CATALOGUE.map(({ name }) => name).join(', ');
      throw new Error(`unknown fault '${order.fault}'; known: ${known}`);
    }
    const id = this.#nextId++;
    if (order.durationMs !== undefined) {
      // Faults that act on nothing but the clock must end without traffic, too.
      setTimeout(() => this.clear(id), order.durationMs).unref();
    }
    this.#armed.set(id, {
      id,
      name: kind.name,
      target: order.target,
      settings: order.settings,
      probability: order.probability,
      untilMs: order.durationMs === undefined ? undefined : this.#wallMs() + order.durationMs,
      hooks: kind.arm(order.settings, this.#controls, order.target),
      leftCount: order.count,
      actedCount: 0,
      firstActedAtMs: undefined,
      actedOn: new BoundedList('exchange.faultActedOn', ACTED_ON_MAX, 'dropOldest'),
    });
    return id;
  }

  clear(id?: number): void {
    for (const fault of [...this.#armed.values()]) {
      if (id === undefined || fault.id === id) this.#disarm(fault);
    }
  }

  list(): readonly FaultView[] {
    this.#expire();
    return [...this.#armed.values()].map(viewOf);
  }

  /** The last faults that are over: who armed one `count: 1` asks here what it hit. */
  listEnded(): readonly FaultView[] {
    this.#expire();
    return [...this.#ended];
  }

  get isEmpty(): boolean {
    return this.#armed.size === 0;
  }

  beforeRequest(subject: Subject): Interference | undefined {
    return this.#first(subject, ({ beforeRequest }) => beforeRequest?.(subject));
  }

  afterRequest(subject: Subject): Interference | undefined {
    return this.#first(subject, ({ afterRequest }) => afterRequest?.(subject));
  }

  refusesConnection(subject: Subject): boolean {
    return this.#first(subject, ({ onConnect }) => onConnect?.(subject) || undefined) === true;
  }

  isMute(subject: Subject): boolean {
    return this.#first(subject, ({ isMute }) => isMute?.(subject) || undefined) === true;
  }

  /** The frames to send instead of `text`; faults act one after another on what the former left. */
  frames(text: string, subject: Subject): readonly OutgoingFrame[] {
    let frames: readonly OutgoingFrame[] = [{ text }];
    if (this.isEmpty) return frames;
    for (const fault of this.#matching(subject)) {
      const { onFrame } = fault.hooks;
      if (onFrame === undefined || !this.#acts(fault, subject)) continue;
      frames = frames.flatMap((frame) =>
        onFrame(frame.text, subject).map((next) => ({
          text: next.text,
          delayMs: (frame.delayMs ?? 0) + (next.delayMs ?? 0),
        })),
      );
    }
    return frames;
  }

  #first<T>(subject: Subject, ask: (hooks: FaultHooks) => T | undefined): T | undefined {
    if (this.isEmpty) return undefined;
    for (const fault of this.#matching(subject)) {
      if (this.#random() >= fault.probability) continue;
      const answer = ask(fault.hooks);
      if (answer === undefined) continue;
      this.#spend(fault, subject);
      return answer;
    }
    return undefined;
  }

  #acts(fault: ArmedFault, subject: Subject): boolean {
    if (this.#random() >= fault.probability) return false;
    this.#spend(fault, subject);
    return true;
  }

  #spend(fault: ArmedFault, { clientOrderId }: Subject): void {
    fault.actedCount += 1;
    fault.firstActedAtMs ??= this.#wallMs();
    if (clientOrderId !== undefined) fault.actedOn.push(clientOrderId);
    if (fault.leftCount === undefined) return;
    fault.leftCount -= 1;
    if (fault.leftCount <= 0) this.#disarm(fault);
  }

  #matching(subject: Subject): readonly ArmedFault[] {
    this.#expire();
    return [...this.#armed.values()].filter(({ target }) => isTarget(target, subject));
  }

  #expire(): void {
    const nowMs = this.#wallMs();
    for (const fault of [...this.#armed.values()]) {
      if (fault.untilMs !== undefined && nowMs >= fault.untilMs) this.#disarm(fault);
    }
  }

  #disarm(fault: ArmedFault): void {
    this.#armed.delete(fault.id);
    this.#ended.push(viewOf(fault));
    fault.hooks.onCleared?.();
  }
}

function viewOf({ hooks: _, actedOn, ...fault }: ArmedFault): FaultView {
  return { ...fault, actedOn: [...actedOn] };
}

/** Whether `target` names `subject`. A field the subject lacks cannot match. */
export function isTarget(target: FaultTarget, subject: Subject): boolean {
  return (
    (target.channel === undefined || target.channel === subject.channel) &&
    (target.method === undefined || target.method === subject.method) &&
    (target.path === undefined || subject.path?.endsWith(target.path) === true) &&
    (target.symbol === undefined || target.symbol === subject.symbol) &&
    (target.stream === undefined || subject.stream?.includes(target.stream) === true) &&
    (target.clientOrderId === undefined || target.clientOrderId === subject.clientOrderId)
  );
}
