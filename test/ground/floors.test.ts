import { symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FloorPlan, surveyFloors } from '../../scripts/floors.ts';
import { CHECKOUT, makeEmptySandbox, type Sandbox } from './sandbox.ts';

type Plant = { readonly rule: string; readonly from: string; readonly imports: string };

// Each rule of .dependency-cruiser.cjs with an import that breaks it. Targets are made empty where they are files.
const PLANTS: readonly Plant[] = [
  { rule: 'no-circles', from: 'src/market/egg.ts', imports: './hen.ts' },
  { rule: 'resolvable', from: 'src/market/lost.ts', imports: './nowhere.ts' },
  { rule: 'floor-0-domain-imports-nothing', from: 'src/domain/a.ts', imports: '../ports.ts' },
  { rule: 'floor-1-ports-imports-domain-only', from: 'src/ports.ts', imports: './risk/b.ts' },
  {
    rule: 'floor-1-rooms-know-domain-and-ports-only',
    from: 'src/risk/c.ts',
    imports: '../market/d.ts',
  },
  {
    rule: 'floor-1-rooms-know-domain-and-ports-only',
    from: 'src/signal/e.ts',
    imports: '../store/f.ts',
  },
  { rule: 'floor-2-imports-floors-0-and-1', from: 'src/pipeline/g.ts', imports: '../config/h.ts' },
  { rule: 'floor-2-imports-floors-0-and-1', from: 'src/config/i.ts', imports: '../store/j.ts' },
  { rule: 'floor-3-imports-down', from: 'src/store/k.ts', imports: '../live/l.ts' },
  { rule: 'floor-3-imports-down', from: 'src/wiring/k.ts', imports: '../store/kk.ts' },
  { rule: 'floor-4-worlds-import-down', from: 'src/live/m.ts', imports: '../cli/n.ts' },
  { rule: 'floor-4-worlds-never-one-another', from: 'src/sim/o.ts', imports: '../exchange/p.ts' },
  { rule: 'sim-is-an-independent-truth', from: 'src/sim/p.ts', imports: '../execution/oo.ts' },
  { rule: 'sim-is-an-independent-truth', from: 'src/sim/q.ts', imports: '../portfolio/oo.ts' },
  { rule: 'matching-from-floor-4-only', from: 'src/pipeline/q.ts', imports: '../matching/r.ts' },
  { rule: 'matching-from-floor-4-only', from: 'src/cli/s.ts', imports: '../matching/r.ts' },
  { rule: 'src-stands-alone', from: 'src/live/t.ts', imports: '../../test/u.ts' },
  { rule: 'no-node-below-floor-3', from: 'src/observe/v.ts', imports: 'node:fs' },
  { rule: 'no-node-below-floor-3', from: 'src/domain/v.ts', imports: 'process' },
  { rule: 'no-package-below-floor-3', from: 'src/risk/w.ts', imports: 'zod' },
  { rule: 'no-package-below-floor-3', from: 'src/pipeline/w.ts', imports: 'trading-signals' },
  { rule: 'signal-packages', from: 'src/signal/x.ts', imports: 'zod' },
  { rule: 'config-packages', from: 'src/config/y.ts', imports: 'ws' },
  { rule: 'no-dev-package-in-src', from: 'src/live/z.ts', imports: 'fast-check' },
  { rule: 'pm2-is-run-never-imported', from: 'scripts/aa.ts', imports: 'pm2' },
  { rule: 'ccxt-by-file-never-the-barrel', from: 'src/live/bb.ts', imports: 'ccxt' },
];

// What the floors allow, one of each kind.
const ALLOWED: readonly Omit<Plant, 'rule'>[] = [
  { from: 'src/risk/fine.ts', imports: '../domain/word.ts' },
  { from: 'src/risk/fine-too.ts', imports: '../ports.ts' },
  { from: 'src/market/fine.ts', imports: './fine-too.ts' },
  { from: 'src/signal/fine.ts', imports: 'trading-signals' },
  { from: 'src/config/fine.ts', imports: 'zod' },
  { from: 'src/config/fine-too.ts', imports: 'yaml' },
  { from: 'src/pipeline/fine.ts', imports: '../risk/fine.ts' },
  { from: 'src/journal/fine.ts', imports: 'node:crypto' },
  { from: 'src/venues/fine.ts', imports: 'node:buffer' },
  { from: 'src/store/fine.ts', imports: 'node:fs' },
  { from: 'src/wiring/fine.ts', imports: '../config/fine.ts' },
  { from: 'src/exchange/fine.ts', imports: '../matching/core.ts' },
  { from: 'src/live/fine.ts', imports: '../store/fine.ts' },
  { from: 'src/cli/fine.ts', imports: '../exchange/fine.ts' },
];

const EMPTY = 'export const nothing = 0;\n';
const importing = (what: string): string =>
  `import * as it from '${what}';\nexport const seen = it;\n`;

let planted: Sandbox;
let allowed: Sandbox;
let crossings: FloorPlan;
let clean: FloorPlan;

function build(edges: readonly Omit<Plant, 'rule'>[]): Sandbox {
  const sandbox = makeEmptySandbox();
  sandbox.write('tsconfig.json', '{ "compilerOptions": { "module": "nodenext" } }');
  sandbox.write('package.json', '{ "type": "module" }');
  symlinkSync(join(CHECKOUT, 'node_modules'), join(sandbox.root, 'node_modules'));
  for (const { from, imports } of edges) {
    if (imports.startsWith('.') && imports !== './nowhere.ts') {
      sandbox.write(join(from, '..', imports), EMPTY);
    }
  }
  for (const { from, imports } of edges) sandbox.write(from, importing(imports));
  return sandbox;
}

beforeAll(() => {
  planted = build(PLANTS);
  planted.write('src/market/hen.ts', importing('./egg.ts'));
  crossings = surveyFloors(planted.root, ['src', 'scripts', 'test']);
  allowed = build(ALLOWED);
  clean = surveyFloors(allowed.root, ['src']);
});

afterAll(() => {
  planted.remove();
  allowed.remove();
});

test.each(PLANTS)('$rule: $from importing $imports is found', ({ rule, from }) => {
  const found = crossings.crossings.filter((crossing) => crossing.from === from);
  expect(found.map((crossing) => crossing.rule)).toContain(rule);
});

test('every rule of the floors is shown to fire', () => {
  const { forbidden } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs');
  const names = forbidden.map(({ name }: { readonly name: string }) => name);
  expect(new Set(PLANTS.map(({ rule }) => rule))).toEqual(new Set(names));
});

test('imports that point down are allowed', () => {
  expect(clean.moduleCount).toBeGreaterThanOrEqual(ALLOWED.length);
  expect(clean.crossings).toEqual([]);
});

test('the survey reads this project: a count of no modules would mean it is blind', () => {
  expect(surveyFloors(CHECKOUT, ['src']).moduleCount).toBeGreaterThan(10);
});
