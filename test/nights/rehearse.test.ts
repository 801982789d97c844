import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { readEvidence } from '../../src/cli/rehearse/evidence.ts';
import { judge, tellWrongs } from '../../src/cli/rehearse/judge.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const SHORT = ['answer-lost', 'duplicate-fill', 'rate-limited', 'manual-order', 'kill-9'];

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A verb as a person types it. `onErr` hears what it says while it runs. */
async function overnight(
  args: readonly string[],
  onErr: (text: string, pid: number) => void = () => undefined,
): Promise<Run> {
  const child = spawn(process.execPath, ['src/cli/main.ts', ...args], { cwd: ROOT });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    onErr(err, child.pid ?? 0);
  });
  return await new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

const rehearse = (args: readonly string[], onErr?: (text: string, pid: number) => void) =>
  overnight(['rehearse', ...args], onErr);

const mark = z.object({ atMs: z.number(), by: z.string() });
const reportShape = z.looseObject({
  survived: z.boolean(),
  findings: z.array(z.string()),
  acts: z.array(
    z.looseObject({
      name: z.string(),
      verdict: z.string(),
      injected: mark,
      detected: mark,
      recovered: mark,
      mailed: z.string(),
    }),
  ),
  judgement: z.looseObject({ ordersSentCount: z.number(), fillsCount: z.number() }),
});

let place = '';
let folder = '';
let run: Run;

beforeAll(async () => {
  place = mkdtempSync(path.join(tmpdir(), 'overnight-rehearse-test-'));
  const html = path.join(place, 'night.html');
  run = await rehearse(['--json', '--keep', '--html', html, '--only', ...SHORT]);
  folder = /^kept: (.*)$/m.exec(run.err)?.[1] ?? '';
});

afterAll(() => {
  for (const made of [place, folder])
    if (made !== '') rmSync(made, { recursive: true, force: true });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

// The short form of the bad night, with the real daemon, a real kill -9 and a person's order in the middle.
test('a short bad night is survived: each fault injected, noticed, over; nothing lost, doubled or unexplained', () => {
  expect(run.code, run.err + run.out).toBe(0);
  const report = reportShape.parse(JSON.parse(run.out));

  expect(report.findings).toEqual([]);
  expect(report.survived).toBe(true);
  expect(report.acts.map(({ name }) => name).sort()).toEqual([...SHORT].sort());
  for (const { name, verdict, injected, detected, recovered, mailed } of report.acts) {
    expect(verdict, name).toBe('survived');
    expect(detected.atMs, name).toBeGreaterThanOrEqual(injected.atMs - 2);
    expect(recovered.atMs, name).toBeGreaterThanOrEqual(detected.atMs);
    expect(mailed, 'nobody has been mailed, and nobody may believe it').toMatch(/^not yet/);
  }
  expect(report.judgement.ordersSentCount).toBeGreaterThan(SHORT.length);
  expect(report.judgement.fillsCount).toBeGreaterThan(0);
  expect(report.judgement).toMatchObject({ lost: [], duplicated: [], unexplained: [] });
});

test('the page of the night stands alone, with a lane for each fault', () => {
  const html = readFileSync(path.join(place, 'night.html'), 'utf8');
  expect(html).not.toMatch(/<script|<link|<img|https?:|@import|url\(/);
  const svg = /<svg[\s\S]*<\/svg>/.exec(html)?.[0] ?? '';
  for (const name of SHORT) expect(svg).toContain(`>${name}</text>`);
  const opened = [
    ...html.matchAll(/<(svg|text|rect|circle|path|title|table|tr|td)\b[^>]*?(\/?)>/g),
  ];
  for (const tag of ['svg', 'text', 'title', 'table', 'tr', 'td']) {
    const count = opened.filter(([, name, closed]) => name === tag && closed === '').length;
    expect([...html.matchAll(new RegExp(`</${tag}>`, 'g'))], tag).toHaveLength(count);
  }
});

test('what was kept can be judged again: journal, capture, what the exchange knew; no process is left', async () => {
  expect(existsSync(path.join(folder, 'data', 'capture'))).toBe(true);
  const again = await rehearse(['--judge', folder]);
  expect(again.out).toContain('nothing lost, doubled or unexplained');
  expect(again.code).toBe(0);
  const { truth, rows, chainBreak } = readEvidence(folder);
  expect(rows.filter(({ type }) => type === 'started').length).toBe(2);
  expect(chainBreak).toBeUndefined();
  expect(truth.wireLog.length).toBeGreaterThan(0);
  const heartbeat = z
    .object({ pid: z.number() })
    .parse(JSON.parse(readFileSync(path.join(folder, 'data', 'heartbeat.json'), 'utf8')));
  expect(isAlive(heartbeat.pid)).toBe(false);
});

type Kept = ReturnType<typeof readKept>;
const keptShape = z.looseObject({
  truth: z.looseObject({
    accounts: z.array(
      z.looseObject({
        balances: z.array(z.looseObject({ asset: z.string(), free: z.string() })),
        orders: z.array(
          z.looseObject({
            clientOrderId: z.string(),
            status: z.string(),
            executedQty: z.string(),
          }),
        ),
        trades: z.array(z.looseObject({ id: z.number(), qty: z.string() })),
      }),
    ),
    clientIdCounts: z.record(z.string(), z.number()),
  }),
  operatorIds: z.array(z.string()),
});

function readKept() {
  return keptShape.parse(JSON.parse(readFileSync(path.join(folder, 'truth.json'), 'utf8')));
}

/** Each is one small lie about the night: what the daemon wrote and what happened no longer agree. */
const LIES: readonly {
  readonly name: string;
  readonly found: RegExp;
  /** Whether the verb itself is asked, for its exit code; a process each time. */
  readonly byVerb?: boolean;
  readonly lie: (kept: Kept) => void;
}[] = [
  {
    name: 'an order that the journal does not have',
    byVerb: true,
    found: /lost: order forgotten-1 is at the exchange, not in the journal/,
    lie: ({ truth }) => {
      const [account] = truth.accounts;
      const last = account?.orders.findLast(({ executedQty }) => Number(executedQty) > 0);
      if (last !== undefined) account?.orders.push({ ...last, clientOrderId: 'forgotten-1' });
    },
  },
  {
    name: 'an order that came twice',
    byVerb: true,
    found: /duplicated: order \w+ came to the exchange 2 times/,
    lie: ({ truth, operatorIds }) => {
      const id = Object.keys(truth.clientIdCounts).find((one) => !operatorIds.includes(one));
      if (id !== undefined) truth.clientIdCounts[id] = 2;
    },
  },
  {
    name: 'a fill in the journal that never happened',
    byVerb: true,
    found: /unexplained: trade \w+ \d+ never happened at the exchange/,
    lie: ({ truth }) => void truth.accounts[0]?.trades.pop(),
  },
  {
    name: 'a fill that the journal does not have',
    found: /lost: trade \w+ 1 of [\d.]+ is not in the journal/,
    lie: ({ truth }) => {
      const trades = truth.accounts[0]?.trades;
      const last = trades?.at(-1);
      if (last !== undefined) trades?.push({ ...last, id: 1 });
    },
  },
  {
    name: 'a balance that is off by the last digit',
    found: /unexplained: USDT: [\d.]+ by the journal, [\d.]+ there/,
    lie: ({ truth }) => {
      const usdt = truth.accounts[0]?.balances.find(({ asset }) => asset === 'USDT');
      if (usdt === undefined) return;
      const digit = Number(usdt.free.at(-1));
      usdt.free = `${usdt.free.slice(0, -1)}${(digit + 1) % 10}`;
    },
  },
  {
    name: 'an order of ours that still rests there',
    found: /unexplained: order \w+ is PARTIALLY_FILLED there, the journal says \w+/,
    lie: ({ truth, operatorIds }) => {
      const order = truth.accounts[0]?.orders.find(
        ({ clientOrderId }) => !operatorIds.includes(clientOrderId),
      );
      if (order !== undefined) order.status = 'PARTIALLY_FILLED';
    },
  },
  {
    name: "a stranger's order that nobody is known to have placed",
    found: /lost: order by-hand-1 is at the exchange, not in the journal/,
    lie: ({ operatorIds }) => void operatorIds.splice(0),
  },
];

// A judge that finds nothing proves nothing: the same books with one lie in them.
test.each(LIES)('the judge finds $name', async ({ found, lie, byVerb = false }) => {
  const file = path.join(folder, 'truth.json');
  const honest = readFileSync(file, 'utf8');
  const kept = readKept();
  lie(kept);
  expect(JSON.stringify(kept)).not.toBe(honest);
  try {
    writeFileSync(file, JSON.stringify(kept));
    expect(tellWrongs(judge(readEvidence(folder))).join('\n')).toMatch(found);
    if (!byVerb) return;
    const { code, out } = await rehearse(['--judge', folder]);
    expect(out).toMatch(found);
    expect(code).toBe(1);
  } finally {
    writeFileSync(file, honest);
  }
});

// The journal is what the daemon believes. One row less, one row twice: the exchange's word stands against it.
test('the judge finds a fill booked twice, an order sent twice, and one that no decision explains', () => {
  const evidence = readEvidence(folder);
  const filled = evidence.rows.find(({ type }) => type === 'filled');
  const submitted = evidence.rows.find(({ type }) => type === 'submitted');
  if (filled === undefined || submitted === undefined) throw new Error('the night has no orders');

  expect(tellWrongs(judge(evidence))).toEqual([]);
  const twice = judge({ ...evidence, rows: [...evidence.rows, filled, submitted] });
  expect(twice.duplicated).toEqual([
    expect.stringMatching(/^order \w+ was journaled as sent 2 times$/),
    expect.stringMatching(/^trade \w+ \d+ is booked twice$/),
  ]);
  const unexplained = judge({ ...evidence, explainedIds: new Set() });
  expect(unexplained.unexplained).toHaveLength(unexplained.ordersSentCount);
  const empty = judge({ ...evidence, rows: [] });
  expect(empty.unexplained).toContain('no order was sent: nothing was shown');
});

// The capture of a night with a kill -9 in it, decided again by the same code: nothing was guessed by the clock.
test('what was kept can be decided again: identical, the restart in the middle included', async () => {
  const capture = path.join(folder, 'data', 'capture');
  const settings = path.join(folder, 'overnight.yaml');
  const { code, out, err } = await overnight(['replay', capture, '--config', settings]);
  expect(out + err).toMatch(/^identical: /);
  expect(out).toContain('2 starts');
  expect(code).toBe(0);
});

// Ctrl-C in the middle: the terminal's own signal, or a supervisor that wants its machine back.
test('stopped in the middle: exit 130, its processes and its folder are gone', {
  timeout: 240_000,
}, async () => {
  let made = '';
  let daemonPid = 0;
  let isStopped = false;
  const stopped = await rehearse(['--only', 'answer-lost,silent-stall'], (err, pid) => {
    made = /^rehearsing .* in (.*)$/m.exec(err)?.[1] ?? '';
    if (isStopped || !err.includes('answer-lost: survived')) return;
    isStopped = true;
    const heartbeat = readFileSync(path.join(made, 'data', 'heartbeat.json'), 'utf8');
    daemonPid = z.object({ pid: z.number() }).parse(JSON.parse(heartbeat)).pid;
    process.kill(pid, 'SIGINT');
  });
  expect(stopped.code, stopped.err).toBe(130);
  expect(made).not.toBe('');
  expect(existsSync(made)).toBe(false);
  expect(daemonPid).toBeGreaterThan(0);
  expect(isAlive(daemonPid)).toBe(false);
});

test('a fault that does not exist is exit 2, and the list tells which there are', async () => {
  const wrong = await rehearse(['--only', 'rain']);
  expect(wrong.code).toBe(2);
  expect(wrong.err).toContain('kill-9');
  const nowhere = await rehearse(['--html', path.join(place, 'no', 'such', 'folder.html')]);
  expect(nowhere.code).toBe(2);
  const list = await rehearse(['--list', '--json']);
  expect(list.code).toBe(0);
  const acts = z
    .array(z.object({ scene: z.number(), name: z.string(), family: z.string(), story: z.string() }))
    .parse(JSON.parse(list.out));
  expect(acts.length).toBeGreaterThanOrEqual(12);
  expect(new Set(acts.map(({ family }) => family)).size).toBeGreaterThanOrEqual(7);
  const together = acts.filter(({ scene }, place) => acts[place - 1]?.scene === scene);
  expect(together.length, 'faults overlap').toBeGreaterThan(0);
});
