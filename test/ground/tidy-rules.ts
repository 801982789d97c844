// What types, biome and dependency-cruiser cannot see. Each rule reads one file and answers with sentences that say
// what to do instead; `planted` is a file that breaks it, so that a rule which stopped biting is noticed.

/** A text file of the project: its path from the root, with `/`, and what it says. */
export type SourceFile = { readonly path: string; readonly text: string };

/** One habit of the house. */
export type TidyRule = {
  readonly name: string;
  readonly find: (file: SourceFile) => readonly string[];
  readonly planted: SourceFile;
};

const IN_SRC = /^src\/.*\.ts$/;
const ABOVE_FLOOR_2 = /^src\/(?:store|live|sim|replay|exchange|cli)\/|^src\/(?:main|watcher)\.ts$/;
const IS_CODE = /^(?:src|scripts|test|bin)\/.*\.(?:ts|mjs|js)$/;

const isBelowFloor3 = (path: string): boolean => IN_SRC.test(path) && !ABOVE_FLOOR_2.test(path);
const isSrc = (path: string): boolean => IN_SRC.test(path);
const isCode = (path: string): boolean => IS_CODE.test(path);

/** The longest a file may be. Past that, look inside for the second idea. */
const LINES_MAX = { src: 350, test: 500 };

/** The one file that may make each brand: whoever skips the risk gate or the journal does not compile. */
export const BRAND_MAKERS = { Approved: 'src/risk/approve.ts', Durable: 'src/journal/durable.ts' };

/** Every rule of the house that this test keeps. */
export const TIDY_RULES: readonly TidyRule[] = [
  pattern({
    name: 'no clock below floor 3',
    where: isBelowFloor3,
    what: /\bDate\s*[.(]|\bnew\s+Date\b|\bperformance\s*\./,
    instead: 'time arrives inside the event (atMs)',
    planted: { path: 'src/risk/planted.ts', text: 'const late = Date.now();' },
  }),
  pattern({
    name: 'no timers below floor 3',
    where: isBelowFloor3,
    what: /\b(?:setTimeout|setInterval|setImmediate|queueMicrotask)\s*\(/,
    instead: 'return a setTimer effect; its answer is the event timerFired',
    planted: { path: 'src/market/planted.ts', text: 'setTimeout(check, 100);' },
  }),
  pattern({
    name: 'no chance below floor 3',
    where: isBelowFloor3,
    what: /\bMath\s*\.\s*random\b|\brandomUUID\b|\brandomBytes\b|\bgetRandomValues\b/,
    instead: 'use a generator whose seed came in an event',
    planted: { path: 'src/execution/planted.ts', text: 'const jitter = Math.random();' },
  }),
  pattern({
    name: 'the same digits on every version of Node',
    where: isBelowFloor3,
    what: /\bMath\s*\.\s*(?:pow|cos|tan|asin|acos|atan|atan2|sinh|cosh|cbrt|hypot|expm1|log1p|log10)\b|\b[A-Za-z_$][\w$]*\s*\*\*|\)\s*\*\*/,
    instead:
      'a power of a fraction differs in its last digit between versions: multiply, or use a table; exp, log, sqrt and tanh agree',
    planted: { path: 'src/market/planted.ts', text: 'const bound = GROWTH ** index;' },
  }),
  pattern({
    name: 'no process below floor 3',
    where: isBelowFloor3,
    what: /\bprocess\s*[.[]/,
    instead: 'settings arrive parsed from config/, exit codes belong to main.ts',
    planted: { path: 'src/config/planted.ts', text: "const port = process.env['PORT'];" },
  }),
  pattern({
    name: 'no files and sockets below floor 3',
    quoted: true,
    where: isBelowFloor3,
    what: /['"]node:(?!buffer['"]|crypto['"])[a-z/_]+['"]|\brequire\s*\(|\bimport\s*\(|\bfetch\s*\(/,
    instead: 'return an effect; the answer is another event',
    planted: { path: 'src/journal/planted.ts', text: "import { readFileSync } from 'node:fs';" },
  }),
  pattern({
    name: 'of Node only Buffer and createHash below floor 3',
    quoted: true,
    where: isBelowFloor3,
    what: /import\s+(?:type\s+)?(?!\{\s*(?:type\s+)?(?:createHash|Hash)(?:,\s*(?:type\s+)?(?:createHash|Hash))*,?\s*\}\s*from\s*['"]node:crypto['"]|\{\s*(?:type\s+)?Buffer\s*\}\s*from\s*['"]node:buffer['"])[^;]*['"]node:(?:crypto|buffer)['"]/,
    instead: 'random ids and keys come from above',
    planted: { path: 'src/control/planted.ts', text: "import { createHmac } from 'node:crypto';" },
  }),
  pattern({
    name: 'nothing waits below floor 3',
    where: isBelowFloor3,
    what: /\basync\s+(?:function|\(|\w+\s*\(|\w+\s*=>)|\bawait\s|\bnew\s+Promise\b|\bPromise\s*[.<]/,
    instead: 'a question is an effect, its answer another event',
    planted: { path: 'src/pipeline/planted.ts', text: 'async function ask() {}' },
  }),
  {
    name: 'a file is named after its idea',
    find: ({ path }) => {
      const name = /([^/]+?)\.(?:test\.)?(?:ts|mjs|js)$/.exec(path)?.[1];
      const isVague =
        /^(?:.*-)?(?:utils?|helpers?|common|managers?|services?|types|interfaces|misc)$/;
      if (!isCode(path) || name === undefined) return [];
      if (name === 'index') return ['import the file you mean instead of an index'];
      return isVague.test(name) ? [`"${name}" says where code was put, not what it is`] : [];
    },
    planted: { path: 'src/market/book-helpers.ts', text: '' },
  },
  {
    name: 'no index files',
    find: ({ path }) =>
      isCode(path) && /(?:^|\/)index\.[a-z]+$/.test(path) ? ['import the file you mean'] : [],
    planted: { path: 'src/risk/index.ts', text: "export * from './gate.ts';" },
  },
  pattern({
    name: 'no state at module level',
    where: isSrc,
    what: /^(?:export\s+)?(?:const|let|var)\s+(?![^=]*\bReadonly(?:Map|Set)\b)[^=]*=\s*new\s+(?:Map|Set)\b/m,
    instead:
      'state hangs on the desk through bounded(); a constant table is declared ReadonlyMap or ReadonlySet',
    planted: { path: 'src/market/planted.ts', text: 'const seen = new Map<string, number>();' },
  }),
  pattern({
    name: 'no variable at module level below floor 3',
    where: isBelowFloor3,
    what: /^(?:export\s+)?let\s/m,
    instead: 'state hangs on the desk and changes only inside handle()',
    planted: { path: 'src/signal/planted.ts', text: 'let lastPrice = 0;' },
  }),
  {
    name: 'a file is one idea',
    find: ({ path, text }) => {
      const linesMax = path.startsWith('test/') ? LINES_MAX.test : LINES_MAX.src;
      const lines = text.split('\n').length - 1;
      if (!isCode(path) || lines <= linesMax) return [];
      return [`${lines} lines, limit ${linesMax}: look inside for the second idea`];
    },
    planted: { path: 'src/observe/planted.ts', text: 'const x = 1;\n'.repeat(351) },
  },
  pattern({
    name: 'no empty catch',
    where: isCode,
    what: /\bcatch\s*(?:\([^)]*\)\s*)?\{\s*\}|\.catch\(\s*\(\s*\w*\s*\)\s*=>\s*(?:\{\s*\}|undefined)\s*\)/,
    instead: 'catch only where the next line is a decision',
    planted: { path: 'src/live/planted.ts', text: 'try { go(); } catch { /* fine */ }' },
  }),
  ...Object.entries(BRAND_MAKERS).map(([brand, maker]) =>
    pattern({
      name: `the brand ${brand} is made in ${maker} only`,
      where: (path) => (isSrc(path) || path.startsWith('scripts/')) && path !== maker,
      what: new RegExp(`\\bas\\s+(?:\\w+\\.)?${brand}\\b|<${brand}<[^()]*>>\\s*\\w+[;,)]`),
      instead: `call ${maker}; nothing else may say it`,
      planted: {
        path: 'src/execution/planted.ts',
        text: `const order = wish as ${brand}<OrderIntent>;`,
      },
    }),
  ),
  pattern({
    name: 'the console belongs to the command line',
    where: (path) => isSrc(path) && !path.startsWith('src/cli/'),
    what: /\bconsole\s*\./,
    instead: 'log through the logger, with an event name and fields',
    planted: { path: 'src/live/planted.ts', text: "console.log('here');" },
  }),
  {
    name: 'the lock file names no addresses',
    find: ({ path, text }) => {
      const count = path === 'package-lock.json' ? (text.match(/"resolved":/g) ?? []).length : 0;
      return count === 0 ? [] : [`${count} resolved addresses; npm i with the project's .npmrc`];
    },
    planted: { path: 'package-lock.json', text: '{ "resolved": "https://example.org/a.tgz" }' },
  },
  {
    name: 'the README starts with the two commands',
    find: ({ path, text }) => {
      if (path !== 'README.md') return [];
      const start = text.split('\n').slice(0, 30).join('\n');
      const missing = ['npm run demo', 'npm test'].filter((command) => !start.includes(command));
      return missing.map((command) => `\`${command}\` is not in the first 30 lines`);
    },
    planted: { path: 'README.md', text: '# overnight\n\nSee the wiki.\n' },
  },
  {
    name: 'the project stands alone',
    find: ({ path, text }) => {
      // Where recorded fixtures may lie beside the checkout is one file's secret.
      if (path === 'test/support/fixtures.ts' || path.startsWith('test/ground/tidy-rules'))
        return [];
      const outside =
        /(?:\.\.|\/work)\/shared\b|\bshared\/(?:fixtures|mission|[\w-]+\.md)|registry\.npmjs\.org/;
      return linesMatching(text, outside).map((line) => `${line}: says where it was written`);
    },
    planted: { path: 'docs/planted.md', text: 'as ../shared/DESIGN.md says' },
  },
  {
    name: 'nothing is left for later',
    find: ({ path, text }) =>
      isCode(path) && !path.startsWith('test/ground/tidy-rules')
        ? linesMatching(text, /\b(?:TODO|FIXME|XXX|HACK)\b/).map(
            (line) => `${line}: do it, or write an issue`,
          )
        : [],
    planted: { path: 'src/live/planted.ts', text: '// TODO handle this' },
  },
];

type PatternRule = {
  readonly name: string;
  readonly where: (path: string) => boolean;
  readonly what: RegExp;
  readonly instead: string;
  readonly planted: SourceFile;
  /** Whether quoted text counts, as it must where the name of an import is looked for. */
  readonly quoted?: boolean;
};

/** A rule that looks for one pattern in code, comments left out. */
function pattern({ name, where, what, instead, planted, quoted = false }: PatternRule): TidyRule {
  const find = ({ path, text }: SourceFile): readonly string[] => {
    if (!where(path)) return [];
    const code = quoted ? withoutComments(text) : withoutQuotes(withoutComments(text));
    const all = new RegExp(what.source, `${what.flags.replace('g', '')}g`);
    return [...code.matchAll(all)].map(
      ({ index, 0: found }) =>
        `line ${lineAt(code, index)}: ${found.trim().split('\n')[0]}: ${instead}`,
    );
  };
  return { name, find, planted };
}

const TOKEN =
  /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;

const blank = (text: string): string => text.replace(/[^\n]/g, ' ');

/** The text with comments blanked and line breaks kept, so that lines still count the same. */
export function withoutComments(text: string): string {
  return text.replace(TOKEN, (found) => (found.startsWith('/') ? blank(found) : found));
}

/** The text with quoted words blanked; code inside a template stays. */
function withoutQuotes(text: string): string {
  return text.replace(TOKEN, (found) => {
    if (!found.startsWith('`')) return blank(found);
    const parts = found.split(/(\$\{[^}]*\})/);
    return parts.map((part) => (part.startsWith('${') ? part : blank(part))).join('');
  });
}

function linesMatching(text: string, what: RegExp): readonly string[] {
  return text.split('\n').flatMap((line, at) => (what.test(line) ? [`line ${at + 1}`] : []));
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
