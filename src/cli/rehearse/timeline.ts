import type { ActReport, SurvivalReport } from './report.ts';

const WIDTH = 1_100;
const LABEL_WIDTH = 210;
const RIGHT = 16;
const LANE = 22;
const TOP = 34;
const TICKS_MAX = 12;
/** A bar must be seen, however short the fault was. */
const BAR_MIN = 3;

/** Text as HTML and SVG take it. */
export function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/**
 * The night from left to right as one SVG: the daemon's mode, each order that reached the exchange, and a
 * lane per fault: from injection to detection, from there to recovery, and the next order.
 */
export function drawTimeline(report: SurvivalReport): string {
  const played = report.acts.filter(({ injected }) => injected !== undefined);
  const height = TOP + (played.length + 2) * LANE + 8;
  const x = (atMs: number): number =>
    LABEL_WIDTH + (atMs / Math.max(1, report.tookMs)) * (WIDTH - LABEL_WIDTH - RIGHT);
  const parts = [
    drawAxis(report.tookMs, height, x),
    drawModes(report, x),
    drawOrders(report, x),
    ...played.map((act, lane) => drawAct(act, TOP + (lane + 2) * LANE, x)),
  ];
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="timeline of the night">${parts.join('')}</svg>`;
}

type Scale = (atMs: number) => number;

function drawAxis(tookMs: number, height: number, x: Scale): string {
  const stepMs = findStepMs(tookMs);
  let lines = '';
  for (let atMs = 0; atMs <= tookMs; atMs += stepMs) {
    const at = x(atMs).toFixed(1);
    lines += `<line class="grid" x1="${at}" x2="${at}" y1="${TOP - 8}" y2="${height - 4}"/>`;
    lines += `<text class="tick" x="${at}" y="${TOP - 14}">${atMs / 1_000} s</text>`;
  }
  return lines;
}

function findStepMs(tookMs: number): number {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600].map((seconds) => seconds * 1_000);
  return steps.find((stepMs) => tookMs / stepMs <= TICKS_MAX) ?? 600_000;
}

function drawModes(report: SurvivalReport, x: Scale): string {
  const bands = report.modes.map(({ atMs, mode }, place) => {
    const endMs = report.modes[place + 1]?.atMs ?? report.tookMs;
    return drawBar(
      x,
      atMs,
      endMs,
      TOP,
      `mode-${mode.replace(' ', '-')}`,
      `${mode} from ${seconds(atMs)}`,
    );
  });
  const ends = report.ends.map(({ atMs, code, signal, wanted }) => {
    const title = `the daemon ended with ${code ?? signal}${wanted ? '' : ', unasked'}`;
    return `<circle class="end" cx="${x(atMs).toFixed(1)}" cy="${TOP + LANE / 2 - 3}" r="4"><title>${escapeText(title)}</title></circle>`;
  });
  return drawLabel('mode, ends of the daemon', TOP) + bands.join('') + ends.join('');
}

function drawOrders(report: SurvivalReport, x: Scale): string {
  const y = TOP + LANE;
  const ticks = report.ordersAtMs.map((atMs) => {
    const at = x(atMs).toFixed(1);
    return `M${at} ${y + 2}V${y + LANE - 7}`;
  });
  return `${drawLabel('orders at the exchange', y)}<path class="orders" d="${ticks.join('')}"/>`;
}

function drawAct(act: ActReport, y: number, x: Scale): string {
  const { injected, detected, recovered } = act;
  if (injected === undefined) return '';
  const seenAtMs = detected?.atMs ?? recovered?.atMs ?? injected.atMs;
  const bars = [
    drawBar(x, injected.atMs, seenAtMs, y, 'unseen', `${act.name}: injected, ${injected.by}`),
    ...(detected && recovered
      ? [drawBar(x, detected.atMs, recovered.atMs, y, 'seen', `detected: ${detected.by}`)]
      : []),
    ...(recovered ? [drawDot(x(recovered.atMs), y, 'over', `recovered: ${recovered.by}`)] : []),
    ...(act.verdict === 'survived' ? [] : [drawDot(x(injected.atMs), y, 'failed', act.verdict)]),
  ];
  return drawLabel(act.name, y) + bars.join('');
}

function drawBar(
  x: Scale,
  fromMs: number,
  toMs: number,
  y: number,
  style: string,
  title: string,
): string {
  const width = Math.max(BAR_MIN, x(toMs) - x(fromMs)).toFixed(1);
  return `<rect class="${style}" x="${x(fromMs).toFixed(1)}" y="${y + 2}" width="${width}" height="${LANE - 10}"><title>${escapeText(title)}</title></rect>`;
}

function drawDot(at: number, y: number, style: string, title: string): string {
  return `<circle class="${style}" cx="${at.toFixed(1)}" cy="${y + LANE / 2 - 3}" r="3.5"><title>${escapeText(title)}</title></circle>`;
}

function drawLabel(text: string, y: number): string {
  return `<text class="label" x="${LABEL_WIDTH - 10}" y="${y + LANE / 2 + 1}">${escapeText(text)}</text>`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
