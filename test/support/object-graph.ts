import { type Runtime, Session } from 'node:inspector';

type Remote = Runtime.RemoteObject;

/** Where two objects differ, and how. */
export interface Difference {
  readonly path: string;
  readonly one: string;
  readonly other: string;
}

/** One thing inside an object, named as a person would write it. */
interface Part {
  readonly name: string;
  readonly value: Remote;
}

/** The types of the inspector do not name all that it tells. */
interface Properties extends Runtime.GetPropertiesReturnType {
  privateProperties?: readonly { readonly name: string; readonly value?: Remote | undefined }[];
}

/** Shared with the code that runs on the other side of the inspector: it can hand out no object itself. */
const BOARD = '__objectGraph';
const ID = `function () { return globalThis.${BOARD}.idOf(this) }`;
const JOIN = 'function () { return this.join() }';

/**
 * Everything that hangs on two objects, `#private` fields, map entries and the variables that closures
 * keep included, as only V8's own inspector can see it. What is one and the same object on both
 * sides is not entered: set-ups, codecs, modules.
 */
export class ObjectGraph {
  readonly #session = new Session();
  readonly #seen = new Set<string>();
  readonly #differences: Difference[] = [];
  readonly #ignores: (path: string) => boolean;
  /** Pairs of objects that were entered. */
  pairsCount = 0;

  constructor(ignores: (path: string) => boolean) {
    this.#ignores = ignores;
  }

  compare(one: object, other: object): readonly Difference[] {
    const ids = new WeakMap<object, number>();
    let count = 0;
    const idOf = (each: object): number => {
      const id = ids.get(each) ?? ++count;
      ids.set(each, id);
      return id;
    };
    Object.assign(globalThis, { [BOARD]: { one, other, idOf } });
    this.#session.connect();
    try {
      this.#walk(this.#evaluate('one'), this.#evaluate('other'), 'desk');
    } finally {
      this.#session.disconnect();
      Reflect.deleteProperty(globalThis, BOARD);
    }
    return this.#differences;
  }

  #walk(one: Remote, other: Remote, path: string): void {
    if (this.#ignores(path)) return;
    const [a, b] = [describe(one), describe(other)];
    if (a !== b) {
      this.#differences.push({ path, one: a, other: b });
      return;
    }
    if (one.objectId === undefined || other.objectId === undefined) return;
    const ids = [this.#ask(one.objectId, ID), this.#ask(other.objectId, ID)];
    if (ids[0] === ids[1] || this.#seen.has(ids.join())) return;
    this.#seen.add(ids.join());
    this.pairsCount += 1;
    if (one.subtype === 'typedarray') {
      const texts = [this.#ask(one.objectId, JOIN), this.#ask(other.objectId, JOIN)];
      if (texts[0] !== texts[1]) this.#differences.push({ path, one: 'numbers', other: 'others' });
      return;
    }
    const [left, right] = [this.#partsOf(one.objectId), this.#partsOf(other.objectId)];
    const names = new Set([...left, ...right].map(({ name }) => name));
    for (const name of names) {
      const inLeft = left.find((part) => part.name === name);
      const inRight = right.find((part) => part.name === name);
      this.#walk(inLeft?.value ?? MISSING, inRight?.value ?? MISSING, `${path}${name}`);
    }
  }

  #partsOf(objectId: string): readonly Part[] {
    let parts: readonly Part[] = [];
    this.#session.post(
      'Runtime.getProperties',
      { objectId, ownProperties: true },
      (error, found) => {
        if (error !== null) throw error;
        const answer: Properties = found;
        const { result, internalProperties = [], privateProperties = [] } = answer;
        const own = result.flatMap(({ name, value, enumerable }) =>
          value === undefined || !enumerable ? [] : [{ name: `.${name}`, value }],
        );
        const hidden = privateProperties.flatMap(({ name, value }) =>
          value === undefined ? [] : [{ name: `.${name}`, value }],
        );
        const inner = internalProperties.flatMap(({ name, value }) =>
          value !== undefined && (name === '[[Entries]]' || name === '[[Scopes]]')
            ? [{ name, value }]
            : [],
        );
        parts = [...own, ...hidden, ...inner];
      },
    );
    return parts;
  }

  #ask(objectId: string, functionDeclaration: string): string {
    let said = '';
    this.#session.post(
      'Runtime.callFunctionOn',
      { objectId, functionDeclaration, returnByValue: true },
      (error, { result }) => {
        if (error !== null) throw error;
        said = `${result.value}`;
      },
    );
    return said;
  }

  #evaluate(side: 'one' | 'other'): Remote {
    let found: Remote = MISSING;
    const expression = `globalThis.${BOARD}.${side}`;
    this.#session.post('Runtime.evaluate', { expression }, (error, { result }) => {
      if (error !== null) throw error;
      found = result;
    });
    return found;
  }
}

const MISSING: Remote = { type: 'undefined' };

/** What a value is, and for one that is no object, which. */
function describe({ type, subtype, className, value, unserializableValue }: Remote): string {
  if (type === 'object' && subtype !== 'null') return `${className}`;
  return type === 'function' ? type : `${type} ${unserializableValue ?? JSON.stringify(value)}`;
}
