// One contestant, in a fresh process: starts it, counts its CPU when told to.

import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import process from 'node:process';
import { CcxtLoop } from './ccxt-loop.ts';
import type { Contestant } from './contestant.ts';
import { OvernightPath } from './overnight-path.ts';
import { PlainSocket } from './plain-socket.ts';
import type { ContestantSays, ContestantSetup, ToContestant } from './words.ts';

/** How often the count of frames is looked at: coarse, because looking costs too. */
const LOOK_EVERY_MS = 5;
/** What frames cause in other threads (compression, files) is still theirs: the CPU counts until it is done. */
const SETTLE_MS = 400;

function makeContestant(setup: ContestantSetup): Contestant {
  switch (setup.name) {
    case 'overnight':
      return new OvernightPath(setup, { capture: true });
    case 'overnight, capture off':
      return new OvernightPath(setup, { capture: false });
    case 'ccxt.pro':
      return new CcxtLoop(setup);
    case 'ws + JSON.parse':
      return new PlainSocket(setup, (data) => void JSON.parse(data.toString()));
    case 'ws':
      return new PlainSocket(setup, () => undefined);
  }
}

/** Writes what the process does between the mark and the measure as a CPU profile. */
class Profile {
  readonly #session = new Session();
  readonly #file: string;

  constructor(folder: string, name: string) {
    this.#file = join(folder, `${name.replaceAll(/[^a-z]+/gi, '-')}-${process.pid}.cpuprofile`);
    this.#session.connect();
  }

  async begin(): Promise<void> {
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.setSamplingInterval', { interval: 200 });
    await this.#session.post('Profiler.start');
  }

  async end(): Promise<void> {
    const { profile } = await this.#session.post('Profiler.stop');
    writeFileSync(this.#file, JSON.stringify(profile));
  }
}

async function main(): Promise<void> {
  if (process.argv.includes('--load-only')) return; // scripts/warm-start.mjs fills the compile cache
  const setup: ContestantSetup = JSON.parse(process.argv[2] ?? '{}');
  const contestant = makeContestant(setup);
  const say = (words: ContestantSays): void => {
    process.send?.(words);
  };
  const { profileFolder } = setup;
  const profile = profileFolder === undefined ? undefined : new Profile(profileFolder, setup.name);
  let cpu = process.cpuUsage();
  let markedAtMs = performance.now();
  const measure = async (): Promise<void> => {
    const { user, system } = process.cpuUsage(cpu);
    const wallMs = performance.now() - markedAtMs;
    const rssBytes = process.memoryUsage.rss();
    const notes = await contestant.notes();
    say({ type: 'measured', cpuUs: user + system, wallMs, rssBytes, notes });
  };
  process.on('disconnect', () => process.exit(1));
  process.on('message', (heard: ToContestant) => {
    switch (heard.type) {
      case 'mark':
        void (profile?.begin() ?? Promise.resolve()).then(() => {
          markedAtMs = performance.now();
          cpu = process.cpuUsage();
          say({ type: 'marked' });
        });
        break;
      case 'await': {
        const timer = setInterval(() => {
          if (!contestant.hasHandled(heard.framesCount)) return;
          clearInterval(timer);
          setTimeout(() => void measure(), SETTLE_MS);
        }, LOOK_EVERY_MS);
        break;
      }
      case 'measure':
        void measure();
        break;
      case 'end':
        void (profile?.end() ?? Promise.resolve())
          .then(() => contestant.stop())
          .then(() => process.exit(0));
    }
  });
  await contestant.start();
  say({ type: 'ready', notes: await contestant.notes() });
}

await main();
