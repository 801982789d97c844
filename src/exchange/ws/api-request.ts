import { z } from 'zod';

/** A WS API request with its parameters as text, numbers spelt as they were on the wire. */
export interface ApiRequest {
  readonly id: string | number | null;
  readonly method: string;
  readonly params: ReadonlyMap<string, string>;
}

const requestSchema = z.object({
  id: z.union([z.int(), z.string().max(36), z.null()]).optional(),
  method: z.string(),
  params: z.record(z.string(), z.unknown()).default({}),
});

/** Wraps a number's own text, so that it survives JSON.parse: clients sign what they wrote, not what it means. */
class NumberText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Reads one frame; `undefined` when it is no request. */
export function parseApiRequest(frame: string): ApiRequest | undefined {
  let json: unknown;
  try {
    json = JSON.parse(frame, keepNumberText);
  } catch {
    return undefined;
  }
  const parsed = requestSchema.safeParse(idAsNumber(json));
  if (!parsed.success) return undefined;
  const { id, method, params } = parsed.data;
  const texts = new Map<string, string>();
  for (const [name, value] of Object.entries(params)) {
    if (value !== null && value !== undefined) texts.set(name, textOf(value));
  }
  return { id: id ?? null, method, params: texts };
}

// The third argument carries the source text (Node 22 and later); its type is not in the library yet.
function keepNumberText(
  _key: string,
  value: unknown,
  context?: { readonly source?: string },
): unknown {
  return typeof value === 'number' ? new NumberText(context?.source ?? String(value)) : value;
}

function idAsNumber(json: unknown): unknown {
  if (typeof json !== 'object' || json === null || !('id' in json)) return json;
  return json.id instanceof NumberText ? { ...json, id: Number(json.id.text) } : json;
}

function textOf(value: unknown): string {
  if (value instanceof NumberText) return value.text;
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return JSON.stringify(value);
  return String(value);
}
