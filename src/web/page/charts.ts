import { SLOT_MS, type Slot } from '../history.ts';
import { type Hours, halfWithin, type Look, runs, SLOTS_PER_HOUR } from './hours.ts';
import { Html, html } from './html.ts';
import type { Writing } from './writing.ts';

/** Every chart is 288 wide, a unit for five minutes; its height is that of its CSS class, in pixels. */
const WIDTH = 288;
const BARS = 56;
const BACKLOG = 40;
const TIMES = 60;
const STRIP = 16;

/** Columns of records delivered, one an hour. */
export function deliveredChart({ hours }: Hours, writing: Writing, label: string): Html {
  const most = Math.max(5, ...hours.map(({ slot }) => slot?.delivered ?? 0));
  const bars = hours.map(({ at, slot }, index) => {
    const count = slot?.delivered ?? 0;
    if (count === 0) return html``;
    const height = Math.max(2, Math.round((count / most) * (BARS - 2)));
    return html`<rect x="${index * SLOTS_PER_HOUR + 1}" y="${BARS - height}" width="${SLOTS_PER_HOUR - 2}" height="${height}"><title>${hourOf(at, writing)} ${writing.count(count)}</title></rect>`;
  });
  return chart('bars', BARS, label, bars);
}

/** The most records that waited at once, as a skyline of five minutes. */
export function backlogChart({ slots }: Hours, label: string): Html {
  const most = Math.max(10, ...slots.map((slot) => slot?.backlog ?? 0));
  let path = '';
  let top = 0;
  for (const [index, slot] of slots.entries()) {
    const height =
      slot === undefined || slot.backlog === 0
        ? 0
        : Math.max(2, Math.round((slot.backlog / most) * (BACKLOG - 2)));
    if (height === top) continue;
    path += path === '' ? `M${index} ${BACKLOG}V${BACKLOG - height}` : `H${index}V${BACKLOG - height}`;
    top = height;
  }
  if (path !== '') path += `H${WIDTH}V${BACKLOG}z`;
  return chart('backlog', BACKLOG, label, [new Html(`<path d="${path}"/>`)]);
}

/** The scale of the chart of times: logarithmic, from 50 ms to 12 h. */
function heightOf(ms: number): number {
  const share = Math.log(Math.max(ms, 50) / 50) / Math.log((12 * 3_600_000) / 50);
  return Math.round(Math.min(share, 1) * (TIMES - 2));
}

/** For each hour the time to the gate: a mark within which half were there, and a stem to the slowest. */
export function timesChart({ hours }: Hours, writing: Writing, label: string): Html {
  const marks = hours.map(({ at, slot }, index) => {
    const half = slot === undefined ? undefined : halfWithin(slot);
    if (slot === undefined || half === undefined) return html``;
    const [low, high] = [heightOf(half), heightOf(slot.slowest)];
    const x = index * SLOTS_PER_HOUR;
    const told = `${hourOf(at, writing)} ${writing.words.halfWithin(writing.duration(half), writing.duration(slot.slowest))}`;
    return html`<g><title>${told}</title><rect class="stem" x="${x + 4}" y="${TIMES - 2 - high}" width="4" height="${high - low + 2}"/><rect x="${x + 2}" y="${TIMES - 3 - low}" width="8" height="3"/></g>`;
  });
  const lines = [1000, 60_000, 3_600_000].map((ms) => `M0 ${TIMES - 2 - heightOf(ms)}.5H${WIDTH}`).join('');
  return chart('times', TIMES, label, [new Html(`<path class="line" d="${lines}"/>`), ...marks]);
}

/** How something was, five minutes by five minutes, until now: a path for each look. */
export function stripChart(looks: readonly Look[], { from, now }: Hours, label: string): Html {
  const paths = (['none', 'good', 'warn', 'bad'] as const).map((look) => {
    const d = runs(looks.slice(0, Math.floor((now - from) / SLOT_MS) + 1))
      .filter((run) => run.look === look)
      .map(({ start, end }) => `M${start} 0h${end - start}v${STRIP}h-${end - start}z`);
    return d.length === 0 ? html`` : new Html(`<path class="${look}" d="${d.join('')}"/>`);
  });
  return chart('strip', STRIP, label, paths);
}

/** The hours below the charts: every third one is named. */
export function axis({ hours }: Hours, writing: Writing): Html {
  return html`<div class="axis" aria-hidden="true">${hours.map(({ at }) => {
    const minute = writing.minute(at);
    const hour = Number(minute.slice(0, 2));
    if (hour % 3 !== 0) return html`<i></i>`;
    return hour % 6 === 0 ? html`<i><b>${minute}</b></i>` : html`<i><b class="third">${minute}</b></i>`;
  })}</div>`;
}

/** The times of trouble in a strip, in words: how long in all, and the latest of them; undefined where there were none. */
export function troubles(
  looks: readonly Look[],
  { from, now }: Hours,
  lengthMs: number,
  writing: Writing,
): string | undefined {
  const found = runs(looks).filter(({ look }) => look === 'warn' || look === 'bad');
  if (found.length === 0) return undefined;
  const latest = found.slice(-3).map(({ start, end }) => {
    const [began, ended] = [from + start * SLOT_MS, from + end * SLOT_MS];
    return `${writing.minute(began)}–${ended > now ? '' : writing.minute(ended)}`;
  });
  return writing.words.troubled(writing.duration(lengthMs), latest, found.length > latest.length);
}

/** `09:00–10:00` of an hour's beginning. */
export function hourOf(at: number, writing: Writing): string {
  return `${writing.minute(at)}–${writing.minute(at + 3_600_000)}`;
}

/** What a slot's deliveries took, in words, or that there were none. */
export function timesOf(slot: Slot, writing: Writing): string {
  const half = halfWithin(slot);
  return half === undefined
    ? writing.words.noDelivery
    : writing.words.halfWithin(writing.duration(half), writing.duration(slot.slowest));
}

function chart(name: string, height: number, label: string, inside: readonly Html[]): Html {
  return html`<svg class="${name}" role="img" aria-label="${label}" viewBox="0 0 ${WIDTH} ${height}" preserveAspectRatio="none">${inside}</svg>`;
}
