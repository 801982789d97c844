import { formatAge } from '../tell.ts';
import type { Mark } from './act.ts';
import { countFindings } from './render-table.ts';
import type { ActReport, SurvivalReport } from './report.ts';
import { drawTimeline, escapeText } from './timeline.ts';

/** The survival report as one page that needs nothing else: no script, no address, no other file. */
export function renderHtml(report: SurvivalReport): string {
  const verdict = report.survived
    ? 'Survived: nothing lost, nothing doubled, every digit explained.'
    : `Not survived, ${countFindings(report)}.`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>overnight rehearse, ${escapeText(report.beganAt)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>A bad night in ${(report.tookMs / 1_000).toFixed(0)} s</h1>
<p>${report.acts.length} faults, seed ${escapeText(report.seed)}, began ${escapeText(report.beganAt)}.
The daemon was started ${report.startsCount} times.</p>
<p class="${report.survived ? 'good' : 'bad'}">${verdict}</p>
${drawFindings(report)}
<figure>${drawTimeline(report)}
<figcaption><span class="key unseen"></span> injected, not noticed yet
<span class="key seen"></span> noticed, not over yet
<span class="key over"></span> entries allowed again
<span class="key mode-ACTIVE"></span> ACTIVE
<span class="key mode-OBSERVING"></span> OBSERVING
<span class="key mode-RECOVERING"></span> RECOVERING
<span class="key mode-HALTED"></span> HALTED
<span class="key mode-REDUCING"></span> REDUCING
<span class="key mode-no-answer"></span> no answer
<span class="key ended"></span> an end of the daemon</figcaption></figure>
${drawActs(report)}
<p>Mailed: ${escapeText(report.acts[0]?.mailed ?? '')}.</p>
${drawOrders(report)}
</body>
</html>
`;
}

function drawFindings({ findings }: SurvivalReport): string {
  if (findings.length === 0) return '';
  return `<ul class="bad">${findings.map((text) => `<li>${escapeText(text)}</li>`).join('')}</ul>`;
}

const HEADS = ['fault', 'what happened', 'injected', 'detected', 'recovered', 'next order', ''];

function drawActs({ acts }: SurvivalReport): string {
  return drawTable(HEADS, acts.map(toCells));
}

function toCells(act: ActReport): readonly string[] {
  const notes = act.notes.map((text) => `<br><small>${escapeText(text)}</small>`).join('');
  const trouble = act.trouble === undefined ? '' : `<br><b>${escapeText(act.trouble)}</b>`;
  return [
    `<b>${escapeText(act.name)}</b><br><small>${act.family}</small>`,
    escapeText(act.story) + notes + trouble,
    drawMoment(act.injected),
    drawMark(act.detectedAfterMs, act.detected),
    drawMark(act.recoveredAfterMs, act.recovered),
    act.tradedAfterMs === undefined ? '-' : `+${formatAge(act.tradedAfterMs)}`,
    `<span class="${act.verdict === 'survived' ? 'good' : 'bad'}">${act.verdict}</span>`,
  ];
}

function drawMoment(mark: Mark | undefined): string {
  if (mark === undefined) return '-';
  return `${(mark.atMs / 1_000).toFixed(1)} s<br><small>${escapeText(mark.by)}</small>`;
}

function drawMark(ms: number | undefined, mark: Mark | undefined): string {
  if (ms === undefined || mark === undefined) return '-';
  return `+${formatAge(ms)}<br><small>${escapeText(mark.by)}</small>`;
}

function drawOrders({ judgement }: SurvivalReport): string {
  if (judgement === undefined) return '<p class="bad">Nobody could judge the orders.</p>';
  const counts: readonly (readonly [string, number])[] = [
    ['sent, by the journal', judgement.ordersSentCount],
    ['taken by the exchange', judgement.ordersArrivedCount],
    ['filled', judgement.ordersFilledCount],
    ['refused with proof', judgement.ordersRejectedCount],
    ['proven absent', judgement.ordersAbsentCount],
    ['fills', judgement.fillsCount],
    ['placed by a person', judgement.operatorOrdersCount],
    ['lost', judgement.lost.length],
    ['duplicated', judgement.duplicated.length],
    ['unexplained', judgement.unexplained.length],
  ];
  const balances = judgement.balances.map(({ asset, byJournal, byExchange }) => [
    escapeText(asset),
    byJournal,
    byExchange,
    byJournal === byExchange ? 'equal' : '<b class="bad">DIFFERENT</b>',
  ]);
  return `${drawTable(
    ['orders', 'count'],
    counts.map(([what, count]) => [what, String(count)]),
  )}
${drawTable(['asset', 'by the journal', 'by the exchange', ''], balances)}`;
}

/** Cells are HTML already. */
function drawTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((text) => `<th>${text}</th>`).join('');
  const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`);
  return `<table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}

const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1b1f24, #e6e8ea); --faint: light-dark(#d5d9de, #3a4048); }
body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: light-dark(#fff, #14171b); max-width: 1140px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; }
table { border-collapse: collapse; width: 100%; margin: 1.5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--faint); }
td { font-variant-numeric: tabular-nums; }
small { opacity: .75; }
figure { margin: 1.5rem 0; overflow-x: auto; }
svg { width: 100%; min-width: 800px; }
.good { color: light-dark(#18794e, #4cc38a); font-weight: 600; }
.bad { color: light-dark(#ca3214, #ff8f73); font-weight: 600; }
.grid { stroke: var(--faint); stroke-width: 1; }
.tick { font-size: 11px; fill: var(--ink); text-anchor: middle; opacity: .7; }
.label { font-size: 12px; fill: var(--ink); text-anchor: end; }
.orders { stroke: #3e63dd; stroke-width: 1; opacity: .6; }
.end { fill: #111; stroke: #fff; }
.failed { fill: #e5484d; }
.unseen { fill: #e5484d; background: #e5484d; }
.seen { fill: #f5a524; background: #f5a524; }
.over { fill: #30a46c; background: #30a46c; }
.mode-ACTIVE { fill: #30a46c; background: #30a46c; }
.mode-RECOVERING { fill: #8e8c99; background: #8e8c99; }
.mode-OBSERVING { fill: #f5a524; background: #f5a524; }
.mode-REDUCING { fill: #d6b04a; background: #d6b04a; }
.mode-HALTED { fill: #ca3214; background: #ca3214; }
.mode-no-answer { fill: #3b3b44; background: #3b3b44; }
.ended { background: #111; border: 1px solid #fff; border-radius: 50%; }
.key { display: inline-block; width: 12px; height: 12px; margin: 0 .2rem 0 .9rem; vertical-align: -1px; }
`;
