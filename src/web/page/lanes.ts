import type { Slot } from '../history.ts';
import {
  axis,
  backlogChart,
  deliveredChart,
  hourOf,
  stripChart,
  timesChart,
  timesOf,
  troubles,
} from './charts.ts';
import { brokerLook, gateLook, type Hours, halfWithin, type Look } from './hours.ts';
import { type Html, html } from './html.ts';
import type { PageView } from './view.ts';
import type { Writing } from './writing.ts';

/** The last 24 hours, drawn: five lanes over one axis. */
export function day({ state }: PageView, hours: Hours, writing: Writing): Html {
  const { words } = writing;
  const { gate, mqtt } = state;
  const { all } = hours;
  const best = Math.max(0, ...hours.hours.map(({ slot }) => slot?.delivered ?? 0));
  const delivered =
    all.delivered === 0 ? words.noDelivery : words.perHour(writing.count(all.delivered), writing.count(best));
  const backlog = words.mostAtOnce(writing.count(all.backlog));
  const times = timesOf(all, writing);
  const looks = ['good', 'warn', 'bad', 'none'] as const;
  const lanes = [
    lane(words.lanes.delivered, delivered, (label) => deliveredChart(hours, writing, label)),
    lane(words.lanes.backlog, backlog, (label) => backlogChart(hours, label)),
    lane(words.lanes.time, times, (label) => html`${timesChart(hours, writing, label)}${marks(writing)}`),
    strip(
      words.gate,
      words.gateStates[gate.state],
      gate.since,
      hours,
      gateLook,
      all.down + all.held,
      writing,
    ),
    strip(
      words.broker,
      mqtt.connected ? words.connected : words.disconnected,
      mqtt.since,
      hours,
      brokerLook,
      all.brokerless,
      writing,
    ),
  ];
  const legend = looks.map((look) => html`<li class="${look}">${words.legend[look]}</li>`);
  return html`<h2>${words.day}</h2>${lanes}${axis(hours, writing)}<ul class="legend">${legend}</ul>`;
}

function lane(name: string, note: string, draw: (label: string) => Html): Html {
  return html`<div class="lane"><p><b>${name}</b> <span>${note}</span></p><div>${draw(`${name}: ${note}`)}</div></div>`;
}

function strip(
  name: string,
  state: string,
  since: number,
  hours: Hours,
  lookOf: (slot: Slot | undefined) => Look,
  troubleMs: number,
  writing: Writing,
): Html {
  const { words } = writing;
  const looks = hours.slots.map(lookOf);
  const now = words.stateSince(state, writing.time(since));
  const past = troubles(looks, hours, troubleMs, writing);
  const note = past === undefined ? now : `${now}${words.and}${past}`;
  return lane(name, note, (label) => stripChart(looks, hours, label));
}

/** What the lines across the chart of times mean. */
function marks({ words }: Writing): Html {
  const { h, min, s } = words.units;
  return html`<i class="mark h">1${h}</i><i class="mark m">1${min}</i><i class="mark s">1${s}</i>`;
}

/** The same hours in figures, for those who read them or hear them. */
export function table({ hours }: Hours, writing: Writing): Html {
  const { words } = writing;
  const heads = Object.values(words.hours).map((name) => html`<th scope="col">${name}</th>`);
  const rows = hours.toReversed().flatMap(({ at, slot }) => {
    if (slot === undefined) return [];
    const { delivered, backlog, slowest, down, held, brokerless } = slot;
    const half = halfWithin(slot);
    const trouble = (ms: number, word: string) => (ms === 0 ? '✓' : `${word} ${writing.duration(ms)}`);
    const cells = [
      writing.count(delivered),
      writing.count(backlog),
      half === undefined ? '–' : writing.duration(half),
      half === undefined ? '–' : writing.duration(slowest),
      trouble(down + held, held > 0 ? words.gateStates.held : words.gateStates.down),
      trouble(brokerless, words.disconnected),
    ].map((cell) => html`<td>${cell}</td>`);
    return [html`<tr><th scope="row">${hourOf(at, writing)}</th>${cells}</tr>`];
  });
  return html`<table><thead><tr>${heads}</tr></thead><tbody>${rows}</tbody></table>`;
}
