import { type Context, Hono } from 'hono';
import { DECISION_OUTCOMES, DECISION_STAGES } from '../domain/decision.ts';
import type { DaemonView, DecisionQuery, ListQuery } from './daemon-view.ts';

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1000;

/** What cannot be asked like that, in words. */
class BadQuery extends Error {
  override readonly name = 'BadQuery';
}

/** `/api/v1`: the view of the daemon as JSON. Reads only. */
export function apiRoutes(view: DaemonView): Hono {
  const api = new Hono();
  api.use(async (context, next) => {
    checkNames(context);
    return await next();
  });
  api.get('/status', (context) => context.json(view.status()));
  api.get('/decisions', (context) => context.json(view.decisions(decisionQueryOf(context))));
  api.get('/orders', (context) => context.json(view.orders(listQueryOf(context))));
  api.get('/fills', (context) => context.json(view.fills(listQueryOf(context))));
  api.get('/positions', (context) => {
    const { symbol } = listQueryOf(context);
    const all = view.positions();
    return context.json(symbol === undefined ? all : all.filter((held) => held.symbol === symbol));
  });
  api.get('/alarms', (context) => context.json(view.alarms()));
  api.get('/latency', (context) => context.json(view.latency()));
  api.get('/memory', (context) => context.json(view.memory()));
  api.get('/feeds', (context) => context.json(view.feeds()));
  api.onError((error, context) => {
    if (error instanceof BadQuery) return context.json({ error: error.message }, 400);
    throw error;
  });
  return api;
}

const LIST_NAMES: ReadonlySet<string> = new Set(['limit', 'symbol', 'sinceMs', 'untilMs']);
const DECISION_NAMES: ReadonlySet<string> = new Set(['stage', 'outcome', 'ref']);

/** A filter that does not exist would answer with everything, and look like an answer. */
function checkNames(context: Context): void {
  const isList = /\/(?:decisions|orders|fills|positions)$/.test(context.req.path);
  const isDecisions = context.req.path.endsWith('/decisions');
  for (const name of Object.keys(context.req.query())) {
    const known = (isList && LIST_NAMES.has(name)) || (isDecisions && DECISION_NAMES.has(name));
    if (!known) throw new BadQuery(`${name} is no parameter of ${context.req.path}`);
  }
}

function checkOneOf(context: Context, name: string, allowed: readonly string[]): void {
  const value = context.req.query(name);
  if (value === undefined || allowed.includes(value)) return;
  throw new BadQuery(`${name} is ${JSON.stringify(value)}, allowed are ${allowed.join(', ')}`);
}

function decisionQueryOf(context: Context): DecisionQuery {
  checkOneOf(context, 'stage', DECISION_STAGES);
  checkOneOf(context, 'outcome', DECISION_OUTCOMES);
  return {
    ...listQueryOf(context),
    ...textOf(context, 'stage'),
    ...textOf(context, 'outcome'),
    ...textOf(context, 'ref'),
  };
}

function listQueryOf(context: Context): ListQuery {
  const limit = numberOf(context, 'limit') ?? LIMIT_DEFAULT;
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX) {
    throw new BadQuery(`limit is ${limit}, allowed are whole numbers from 1 to ${LIMIT_MAX}`);
  }
  const sinceMs = numberOf(context, 'sinceMs');
  const untilMs = numberOf(context, 'untilMs');
  return {
    limit,
    ...textOf(context, 'symbol'),
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(untilMs === undefined ? {} : { untilMs }),
  };
}

function textOf<Name extends string>(context: Context, name: Name): Partial<Record<Name, string>> {
  const value = context.req.query(name);
  const found: Partial<Record<string, string>> = value === undefined ? {} : { [name]: value };
  return found;
}

function numberOf(context: Context, name: string): number | undefined {
  const text = context.req.query(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new BadQuery(`${name} is ${JSON.stringify(text)}, expected a number`);
  }
  return value;
}
