import { type ExactNumber, loadNumber, saveNumber, saveNumbers } from '../domain/exact-number.ts';
import type { StrategyMemory } from './strategy.ts';

/** A strategy's memory as plain data. */
export type SavedMemory = Readonly<Record<string, ExactNumber | readonly ExactNumber[]>>;

export function saveMemory(memory: StrategyMemory): SavedMemory {
  const saved: Record<string, ExactNumber | readonly ExactNumber[]> = {};
  for (const [name, value] of Object.entries(memory)) {
    saved[name] = typeof value === 'number' ? saveNumber(value) : saveNumbers(value);
  }
  return saved;
}

/**
 * Fills the memory of a strategy that was just made, in place: its own closures and indicators hold the
 * same object and the same lists. Throws when what was saved is of a strategy that remembers other things.
 */
export function loadMemory(memory: StrategyMemory, saved: SavedMemory): void {
  const names = Object.keys(memory).sort().join(' ');
  const savedNames = Object.keys(saved).sort().join(' ');
  if (names !== savedNames) {
    throw new Error(`the strategy remembers "${names}", saved was "${savedNames}"`);
  }
  for (const [name, value] of Object.entries(saved)) {
    const own = memory[name];
    if (typeof own === 'object' && typeof value === 'object') {
      own.splice(0, own.length, ...value.map(loadNumber));
    } else if (typeof own === 'number' && typeof value !== 'object') {
      memory[name] = loadNumber(value);
    } else {
      throw new Error(`what the strategy remembers as ${name} was saved as something else`);
    }
  }
}
