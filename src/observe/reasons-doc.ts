import { REASONS } from '../domain/reason.ts';

const HEAD = `# Reasons

Every decision record says why, as \`reason.code\` and the numbers that were compared. This is the
closed list, made from \`src/domain/reason.ts\` by \`node scripts/make-reasons-doc.ts\`. How to ask:
\`overnight why REF\`, \`overnight decisions --stage risk --outcome denied\`.
`;

// A group of the source begins with a comment like `// Risk: why our gate said no.`
const GROUP = /^ {2}\/\/ (\w+): (.+)$/;
const ENTRY = /^ {2}([A-Z][A-Z_]*): ?/;

/** `docs/reasons.md`. `source` is the text of `src/domain/reason.ts`: its comments give the groups. */
export function formatReasonsDoc(source: string): string {
  const texts = new Map<string, string>(Object.entries(REASONS));
  const lines: string[] = [HEAD];
  for (const line of source.split('\n')) {
    const group = GROUP.exec(line);
    if (group !== null) {
      lines.push(
        `## ${group[1]}`,
        '',
        capitalized(group[2] ?? ''),
        '',
        '| code | what it says |',
        '| --- | --- |',
      );
      continue;
    }
    const code = ENTRY.exec(line)?.[1] ?? '';
    const text = texts.get(code);
    if (text === undefined) continue;
    texts.delete(code);
    lines.push(`| \`${code}\` | ${text} |`);
  }
  const missing = [...texts].map(([code, text]) => `| \`${code}\` | ${text} |`);
  return `${spaced([...lines, ...missing]).join('\n')}\n`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A blank line before each heading but the first. */
function spaced(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line, place) => {
    const follows = lines[place - 1];
    return line.startsWith('## ') && follows?.startsWith('|') ? ['', line] : [line];
  });
}
