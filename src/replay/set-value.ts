import { parse } from 'yaml';

/** One `--set path=value`. */
export interface SettingChange {
  /** As in the settings file: `risk.orderNotionalMax`, `strategies.ema-cross.enabled`, `symbols.0`. */
  readonly path: string;
  readonly value: string;
}

/**
 * The settings with the changes in them, as JSON text for the parser of the file, which judges them. A
 * list is entered by position or by the `id` of its item. A value that was text stays text; else it is
 * read as YAML. Throws `RangeError` for a path that leads through nothing.
 */
export function changeSettings(source: string, changes: readonly SettingChange[]): string {
  let root: unknown = JSON.parse(source);
  for (const { path, value } of changes) root = put(root, stepsOf(path), value, path);
  return JSON.stringify(root);
}

/** `a[0].b` is another way to write `a.0.b`. */
function stepsOf(path: string): readonly string[] {
  return path.replace(/\[(\w+)\]/g, '.$1').split('.');
}

function put(node: unknown, steps: readonly string[], value: string, path: string): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return typeof node === 'string' ? value : readValue(value);
  if (Array.isArray(node)) {
    const items: readonly unknown[] = node;
    const at = items.findIndex((item, n) => step === String(n) || step === idOf(item));
    if (at < 0)
      throw new RangeError(`--set ${path}: there is no ${step} in a list of ${items.length}`);
    return items.map((item, n) => (n === at ? put(item, rest, value, path) : item));
  }
  if (typeof node === 'object' && node !== null) {
    const fields: Readonly<Record<string, unknown>> = { ...node };
    return { ...fields, [step]: put(fields[step], rest, value, path) };
  }
  if (node === undefined) return { [step]: put(undefined, rest, value, path) };
  throw new RangeError(`--set ${path}: ${step} would be inside ${JSON.stringify(node)}`);
}

function idOf(item: unknown): unknown {
  return typeof item === 'object' && item !== null && 'id' in item ? item.id : undefined;
}

function readValue(text: string): unknown {
  try {
    return parse(text, { logLevel: 'silent', prettyErrors: false });
  } catch {
    // No YAML: taken as the text it is, for the settings' own check to judge.
    return text;
  }
}
