// Which way imports point: runs dependency-cruiser over a folder and says what crosses a floor.

import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { ROOT } from './node-runtime.mjs';

/** One import that breaks a rule of .dependency-cruiser.cjs. */
export type Crossing = { readonly rule: string; readonly from: string; readonly to: string };

/** What dependency-cruiser saw. A count of no modules means it saw nothing, which is not the same as finding nothing. */
export type FloorPlan = { readonly moduleCount: number; readonly crossings: readonly Crossing[] };

/** Reads every import below `folders` of the project in `root` and judges them by this project's floor rules. */
export function surveyFloors(root: string, folders: readonly string[]): FloorPlan {
  const cruiser = join(ROOT, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');
  const config = join(ROOT, '.dependency-cruiser.cjs');
  const ran = spawnSync(
    process.execPath,
    [cruiser, ...folders, '--config', config, '--output-type', 'json'],
    { cwd: root, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  );
  if (!ran.stdout.startsWith('{')) throw new Error(`dependency-cruiser said: ${ran.stderr}`);
  return parseSurvey(JSON.parse(ran.stdout));
}

function parseSurvey(survey: {
  readonly modules: readonly unknown[];
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
}): FloorPlan {
  return {
    moduleCount: survey.modules.length,
    crossings: survey.summary.violations.map(({ rule, from, to }) => ({
      rule: rule.name,
      from,
      to,
    })),
  };
}

function main(): void {
  const { moduleCount, crossings } = surveyFloors(ROOT, ['src', 'scripts', 'test', 'bin']);
  for (const { rule, from, to } of crossings) process.stdout.write(`${rule}: ${from} -> ${to}\n`);
  // A TypeScript too new for it makes dependency-cruiser read nothing and find nothing wrong.
  if (moduleCount === 0)
    process.stdout.write('no module was read: the floors are not being watched\n');
  process.exitCode = moduleCount === 0 || crossings.length > 0 ? 1 : 0;
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === import.meta.filename) main();
