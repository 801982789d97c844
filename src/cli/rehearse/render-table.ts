import { formatAge, formatTable } from '../tell.ts';
import type { Judgement } from './judge.ts';
import type { ActReport, SurvivalReport } from './report.ts';

const HEADS = ['fault', 'family', 'at', 'detected', 'by', 'mailed', 'recovered', 'next order'];

/** The survival report for a terminal. */
export function renderTable(report: SurvivalReport): string {
  const lines = [
    `A bad night in ${(report.tookMs / 1_000).toFixed(0)} s, ${report.acts.length} faults, seed ${report.seed}`,
    '',
    formatTable([...HEADS, 'verdict'], report.acts.map(toRow)),
    '',
    `mailed: ${report.acts[0]?.mailed ?? ''}`,
    '',
    renderOrders(report.judgement),
    `starts of the daemon: ${report.startsCount}, ends it was not asked for: ${report.ends.filter(({ wanted }) => !wanted).length}`,
    '',
  ];
  if (report.survived) lines.push('SURVIVED: nothing lost, nothing doubled, every digit explained');
  else {
    lines.push(`NOT SURVIVED, ${countFindings(report)}:`);
    for (const finding of report.findings) lines.push(`  ${finding}`);
  }
  return `${lines.join('\n')}\n`;
}

/** `1 finding`, `2 findings`. */
export function countFindings({ findings }: SurvivalReport): string {
  return `${findings.length} finding${findings.length === 1 ? '' : 's'}`;
}

function toRow(act: ActReport): readonly string[] {
  return [
    act.name,
    act.family,
    act.injected === undefined ? '-' : `${(act.injected.atMs / 1_000).toFixed(1)} s`,
    age(act.detectedAfterMs),
    act.detected?.by ?? '-',
    'not yet',
    age(act.recoveredAfterMs),
    age(act.tradedAfterMs),
    act.verdict,
  ];
}

const age = (ms: number | undefined): string => (ms === undefined ? '-' : formatAge(ms));

/** What became of the orders, and what each side owns. */
export function renderOrders(judgement: Judgement | undefined): string {
  if (judgement === undefined) return 'orders: nobody could judge them\n';
  const row = (what: string, count: number): readonly string[] => [what, String(count)];
  const parts = [
    formatTable(
      ['orders', 'count'],
      [
        row('sent, by the journal', judgement.ordersSentCount),
        row('taken by the exchange', judgement.ordersArrivedCount),
        row('filled', judgement.ordersFilledCount),
        row('refused with proof', judgement.ordersRejectedCount),
        row('proven absent', judgement.ordersAbsentCount),
        row('fills', judgement.fillsCount),
        row('placed by a person', judgement.operatorOrdersCount),
        row('lost', judgement.lost.length),
        row('duplicated', judgement.duplicated.length),
        row('unexplained', judgement.unexplained.length),
      ],
    ),
    formatTable(
      ['asset', 'by the journal', 'by the exchange', ''],
      judgement.balances.map(({ asset, byJournal, byExchange }) => [
        asset,
        byJournal,
        byExchange,
        byJournal === byExchange ? 'equal' : 'DIFFERENT',
      ]),
    ),
  ];
  return parts.join('\n\n').concat('\n');
}
