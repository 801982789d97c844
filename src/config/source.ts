import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { SettingPath } from './problem.ts';

/** What was read, before anybody checks it, and where each part of it stands. */
export interface Source {
  /** `undefined` unless the text is a YAML mapping. */
  readonly root: Readonly<Record<string, unknown>> | undefined;
  /** What the text is instead of a mapping, in words. */
  readonly kind: string;
  /** Errors of the YAML itself. */
  readonly faults: readonly { readonly text: string; readonly where: string | undefined }[];
  /** `line 12` of the key at `path`, or of the nearest thing around it; `undefined` when nothing is there. */
  locate(path: SettingPath): string | undefined;
}

export function readSource(text: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, merge: false });
  const faults = [...document.errors, ...document.warnings].map((error) => ({
    // Where it is we say ourselves.
    text: (error.message.split('\n')[0] ?? 'not YAML').replace(/ at line \d+, column \d+:$/, ''),
    where: error.linePos === undefined ? undefined : `line ${error.linePos[0].line}`,
  }));
  const lineOf = (offset: number | undefined) =>
    offset === undefined ? undefined : `line ${lines.linePos(offset).line}`;
  const kind = describeKind(document.contents);
  const locate = (path: SettingPath) => lineOf(findOffset(document.contents, path));
  if (document.errors.length > 0 || !isMap(document.contents)) {
    return { root: undefined, kind, faults, locate };
  }
  try {
    const root: unknown = document.toJS({ maxAliasCount: 20 });
    return { root: isRecord(root) ? root : undefined, kind, faults, locate };
  } catch (error) {
    // Aliases are only followed now: one that leads nowhere, or a bomb of them, throws.
    const text = error instanceof Error ? error.message : String(error);
    return { root: undefined, kind, faults: [...faults, { text, where: undefined }], locate };
  }
}

function describeKind(contents: unknown): string {
  if (isSeq(contents)) return 'a list';
  return isScalar(contents) && contents.value !== null ? 'a single value' : 'nothing';
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Where the deepest part of `path` that exists begins: the key for a mapping, the item for a list. */
function findOffset(contents: unknown, path: SettingPath): number | undefined {
  let node = contents;
  let offset: number | undefined;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(part),
      );
      if (pair === undefined) break;
      offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
      node = pair.value;
    } else if (isSeq(node) && typeof part === 'number') {
      const item = node.items[part];
      if (item === undefined) break;
      node = item;
      offset = rangeStart(item) ?? offset;
    } else break;
  }
  return offset;
}

function rangeStart(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) ? node.range?.[0] : undefined;
}
