import { expect } from 'vitest';
import type { Effect } from '../../src/domain/effect.ts';
import type { DeskEvent } from '../../src/domain/event.ts';
import { loadDesk, saveDesk } from '../../src/pipeline/checkpoint.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/pipeline/checkpoint-text.ts';
import { Desk } from '../../src/pipeline/desk.ts';
import { handle } from '../../src/pipeline/handle.ts';
import type { DeskSetup } from '../../src/pipeline/setup.ts';

/** What one daemon heard, and what it asked for. */
export interface Heard {
  readonly setup: DeskSetup;
  /** As it is now. */
  readonly desk: Desk;
  readonly events: readonly DeskEvent[];
  readonly effects: readonly Effect[];
  /** The process was killed: of the last event it may have performed less than was asked for. */
  readonly isKilled: boolean;
}

/** What a checkpoint of a busy desk costs. */
export interface CheckpointCost {
  count: number;
  bytesMax: number;
  msMax: number;
}

/** Where to stop, and what was seen there. */
export interface CutOptions {
  /** Asked before each event: whether the desk is written down now and another one is made of the text. */
  readonly cuts: (desk: Desk) => boolean;
  /** Looks at the desk that was saved and at the one made of the text. */
  readonly look?: ((saved: Desk, loaded: Desk) => void) | undefined;
}

/**
 * Decides a night again by a chain of desks, each made of the text of the one before, and expects the
 * effects of each event to be those of the daemon that was never interrupted. Returns how often it cut.
 */
export function expectSameThroughCheckpoints(heard: Heard, options: CutOptions): number {
  const { setup, events, effects, isKilled } = heard;
  let desk = new Desk(setup);
  let cutsCount = 0;
  let lastCut = 'nowhere yet';
  let told = 0;
  for (const [number, event] of events.entries()) {
    if (options.cuts(desk)) {
      const loaded = passThroughText(setup, desk);
      options.look?.(desk, loaded);
      desk = loaded;
      cutsCount += 1;
      lastCut = `before event ${number}, a ${event.type}`;
    }
    const asked = handle(desk, event);
    const isLast = number === events.length - 1;
    const performed = effects.slice(told, told + asked.length);
    if (isKilled && isLast) {
      expect(textOf(asked.slice(0, performed.length))).toBe(textOf(performed));
      told = effects.length;
      break;
    }
    told += asked.length;
    const [before, after] = [textOf(performed), textOf(asked)];
    if (before !== after) {
      expect(
        readable(after),
        `event ${number}, ${event.type}; the last cut was ${lastCut}`,
      ).toEqual(readable(before));
      expect(after, `event ${number}, ${event.type}; last cut ${lastCut}`).toBe(before);
    }
  }
  expect(told, 'effects of the whole life').toBe(effects.length);
  const [end, unbrokenEnd] = [textOf(saveDesk(desk)), textOf(saveDesk(heard.desk))];
  if (end !== unbrokenEnd) {
    expect(readable(end), 'the desk at the end of the life').toEqual(readable(unbrokenEnd));
    expect(end, 'the desk at the end of the life, in this order').toBe(unbrokenEnd);
  }
  return cutsCount;
}

/** A desk made of nothing but the text of another. */
function passThroughText(setup: DeskSetup, desk: Desk): Desk {
  const text = encodeCheckpoint(saveDesk(desk));
  return loadDesk(setup, decodeCheckpoint(text));
}

/** Numbers that JSON would change must not reach it at all. */
export function findUnplain(value: unknown, path = 'checkpoint'): readonly string[] {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return [];
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? [] : [`${path}: ${value}`];
    case 'object':
      if (value === null) return [];
      if (Array.isArray(value)) {
        return [...value].flatMap((each, i) =>
          each === undefined ? [`${path}[${i}]: undefined`] : findUnplain(each, `${path}[${i}]`),
        );
      }
      if (Object.getPrototypeOf(value) !== Object.prototype) return [`${path}: not a plain object`];
      return Object.entries(value).flatMap(([key, each]) =>
        each === undefined ? [] : findUnplain(each, `${path}.${key}`),
      );
    default:
      return [`${path}: a ${typeof value}`];
  }
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each === 'bigint') return { $bigint: `${each}` };
    return typeof each === 'number' && !Number.isFinite(each) ? `${each}` : each;
  });
}

function readable(text: string): unknown {
  return JSON.parse(text);
}
