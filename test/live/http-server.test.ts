import { get } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { DaemonView } from '../../src/live/daemon-view.ts';
import { type HttpServer, startHttpServer } from '../../src/live/http-server.ts';
import { PrometheusExporter } from '../../src/live/metrics.ts';
import { MetricSet } from '../../src/observe/metric-set.ts';
import { STATUS, viewOf } from './view-of.ts';

let server: HttpServer | undefined;
const metrics = new MetricSet({
  venues: ['binance'],
  symbols: ['BTC/USDT'],
  strategies: [],
  collections: [],
  loops: [],
});
const errors: unknown[] = [];

async function serve(change: Partial<DaemonView> = {}): Promise<string> {
  server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    view: viewOf(change),
    metrics,
    exporter: new PrometheusExporter(metrics),
    pagePath: join(import.meta.dirname, '..', '..', 'dashboard', 'index.html'),
    onError: (error) => errors.push(error),
  });
  return `http://127.0.0.1:${server.port}`;
}

afterEach(async () => {
  await server?.close();
  server = undefined;
});

test('healthz is 200 only while every loop progresses, and its body says which does not', async () => {
  const loop = {
    loop: 'feed',
    count: 1,
    lastAtMs: 0,
    ageMs: 9000,
    limitMs: 5000,
    progressing: false,
  };
  let healthy = true;
  const base = await serve({
    health: () => ({ healthy, loops: [{ ...loop, progressing: healthy }] }),
  });
  expect((await fetch(`${base}/healthz`)).status).toBe(200);
  healthy = false;
  const sick = await fetch(`${base}/healthz`);
  expect(sick.status).toBe(503);
  expect(await sick.json()).toEqual({ healthy: false, loops: [loop] });
});

test('readyz is 503 with its reasons until the daemon may trade', async () => {
  const readiness = { ready: false, mode: 'RECOVERING', reasons: ['not reconciled'] };
  const base = await serve({ readiness: () => readiness });
  const answer = await fetch(`${base}/readyz`);
  expect(answer.status).toBe(503);
  expect(await answer.json()).toEqual(readiness);
});

test('every part of the view is served as JSON', async () => {
  const base = await serve();
  const read = async (path: string): Promise<unknown> =>
    (await fetch(`${base}/api/v1/${path}`)).json();
  expect(await read('status')).toEqual(JSON.parse(JSON.stringify(STATUS)));
  expect(await read('decisions?limit=2')).toHaveLength(2);
  expect(await read('positions')).toEqual(STATUS.positions);
  expect(await read('positions?symbol=ETH/USDT')).toEqual([]);
  expect(await read('feeds')).toEqual(STATUS.feeds);
  for (const path of ['orders', 'fills', 'alarms', 'latency']) expect(await read(path)).toEqual([]);
  expect(await read('memory')).toMatchObject({ rssBytes: 5 });
});

test.each([
  'orders?limit=0',
  'orders?limit=1001',
  'orders?limit=x',
  'orders?limit=1.5',
  'orders?sinceMs=',
  'orders?untilMs=now',
  'orders?since=2h',
  'orders?stage=risk',
  'decisions?stage=sales',
  'decisions?outcome=great',
  'status?symbol=BTC/USDT',
])('a question like %s is refused in words', async (question) => {
  const base = await serve();
  const answer = await fetch(`${base}/api/v1/${question}`);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toHaveProperty('error');
});

test('the page is there, and forbids to be framed or to load from elsewhere', async () => {
  const base = await serve();
  const page = await fetch(base);
  expect(await page.text()).toContain('<title>overnight</title>');
  expect(page.headers.get('x-frame-options')).toBe('DENY');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
});

test('an unknown path is 404, a view that throws is 500 and heard of, and the server lives on', async () => {
  const base = await serve({
    orders: () => {
      throw new Error('broken');
    },
  });
  expect((await fetch(`${base}/nothing`)).status).toBe(404);
  expect((await fetch(`${base}/api/v1/orders`)).status).toBe(500);
  expect(errors.map(String)).toEqual(['Error: broken']);
  expect((await fetch(`${base}/healthz`)).status).toBe(200);
});

describe('a page elsewhere that lets its own name point here', () => {
  function statusFor(port: number, host: string): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      get({ port, host: '127.0.0.1', path: '/api/v1/status', headers: { host } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).once('error', reject);
    });
  }
  test('is refused; localhost, 127.0.0.1 and ::1 with any port are not', async () => {
    await serve();
    const port = server?.port ?? 0;
    expect(await statusFor(port, 'evil.example:9464')).toBe(403);
    expect(await statusFor(port, 'localhost.evil.example')).toBe(403);
    for (const host of ['localhost:1', '127.0.0.1', 'LOCALHOST', '[::1]:9464']) {
      expect(await statusFor(port, host), host).toBe(200);
    }
  });
});

test('a taken port is an error of the start', async () => {
  const base = await serve();
  const port = Number(new URL(base).port);
  const exporter = new PrometheusExporter(metrics);
  const pagePath = join(import.meta.dirname, '..', '..', 'dashboard', 'index.html');
  const again = startHttpServer({
    host: '127.0.0.1',
    port,
    view: viewOf(),
    metrics,
    exporter,
    pagePath,
    onError: () => expect.fail(),
  });
  await expect(again).rejects.toThrow(/http\.port: .* is taken by another program/);
});
