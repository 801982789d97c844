import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import { Hono } from 'hono';
import type { MetricSet } from '../observe/metric-set.ts';
import { apiRoutes } from './api-routes.ts';
import type { DaemonView } from './daemon-view.ts';
import type { PrometheusExporter } from './metrics.ts';

export interface HttpServerOptions {
  /** A loopback address. */
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly view: DaemonView;
  readonly metrics: MetricSet;
  readonly exporter: PrometheusExporter;
  /** `dashboard/index.html`. */
  readonly pagePath: string;
  readonly onError: (error: unknown) => void;
}

export interface HttpServer {
  readonly port: number;
  close(): Promise<void>;
}

// A page of another origin may point its own name at 127.0.0.1: only these names are served.
const OWN_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

const HEADERS: readonly (readonly [string, string])[] = [
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'no-referrer'],
  [
    'Content-Security-Policy',
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'",
  ],
  ['Cache-Control', 'no-store'],
];

/** Our own pages, on loopback. Returns once it listens; rejects when the port is taken. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const app = makeApp(options);
  return await new Promise((resolve, reject) => {
    const server = serve({
      fetch: app.fetch,
      hostname: options.host,
      port: options.port,
    });
    const refuse = (cause: NodeJS.ErrnoException): void => {
      const place = `${options.host}:${options.port}`;
      const what = cause.code === 'EADDRINUSE' ? 'is taken by another program' : cause.message;
      reject(new Error(`http.port: ${place} ${what}`, { cause }));
    };
    server.once('error', refuse);
    server.once('listening', () => {
      server.off('error', refuse);
      server.on('error', options.onError);
      resolve({
        port: portOf(server.address()),
        close: () => closeServer(server),
      });
    });
  });
}

function makeApp(options: HttpServerOptions): Hono {
  const { view, metrics, exporter } = options;
  const app = new Hono();
  const page = readFileSync(options.pagePath, 'utf8');

  app.use(async (context, next) => {
    const name = nameOf(context.req.header('host'));
    if (name === undefined || !OWN_NAMES.has(name)) {
      metrics.counter('overnight_http_requests_total', {
        route: 'refused',
        code_class: '4xx',
      }).value += 1;
      return context.text('this address is served as localhost only\n', 403);
    }
    await next();
    for (const [header, value] of HEADERS) context.header(header, value);
    metrics.counter('overnight_http_requests_total', {
      route: routeOf(context.req.path),
      code_class: `${Math.floor(context.res.status / 100)}xx`,
    }).value += 1;
    return undefined;
  });

  app.get('/metrics', async (context) =>
    context.body(await exporter.text(), 200, { 'Content-Type': exporter.contentType }),
  );
  app.get('/healthz', (context) => {
    const health = view.health();
    return context.json(health, health.healthy ? 200 : 503);
  });
  app.get('/readyz', (context) => {
    const readiness = view.readiness();
    return context.json(readiness, readiness.ready ? 200 : 503);
  });
  app.route('/api/v1', apiRoutes(view));
  app.get('/', (context) => context.html(page));

  app.notFound((context) => context.json({ error: `nothing at ${context.req.path}` }, 404));
  app.onError((error, context) => {
    options.onError(error);
    return context.json({ error: 'this answer failed; the log says why' }, 500);
  });
  return app;
}

function nameOf(host: string | undefined): string | undefined {
  return host?.replace(/:\d+$/, '').toLowerCase();
}

function routeOf(path: string): string {
  if (path === '/') return 'page';
  const first = path.split('/')[1] ?? '';
  return ['metrics', 'healthz', 'readyz', 'api'].includes(first) ? first : 'unknown';
}

function portOf(address: string | AddressInfo | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function closeServer(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    // Keep-alive connections of a scraper would hold the stop back until they time out.
    if ('closeAllConnections' in server) server.closeAllConnections();
  });
}
