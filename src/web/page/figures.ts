import { type Hours, halfWithin } from './hours.ts';
import { type Html, html } from './html.ts';
import type { PageView } from './view.ts';
import type { Writing } from './writing.ts';

/** The figures at a glance. */
export function figures({ state, rows }: PageView, { all }: Hours, writing: Writing): Html {
  const { words } = writing;
  const { records, quarantine, oldestPending } = state;
  const lastDelivery = rows?.lastDelivery;
  const half = halfWithin(all);
  const last = lastDelivery === undefined ? words.notes.none : words.notes.last(writing.time(lastDelivery));
  const oldest =
    records.pending === 0 || oldestPending === undefined
      ? ''
      : words.notes.oldest(writing.time(oldestPending));
  return html`<dl>${[
    figure(words.figures.delivered, writing.count(all.delivered), last, all.delivered > 0 ? 'delivered' : ''),
    figure(
      words.figures.time,
      half === undefined ? '–' : writing.duration(half),
      half === undefined ? '' : words.notes.slowest(writing.duration(all.slowest)),
      '',
    ),
    figure(
      words.figures.pending,
      writing.count(records.pending),
      oldest,
      records.pending > 0 ? 'pending' : '',
    ),
    figure(
      words.figures.waiting,
      writing.count(records.waiting),
      records.waiting > 0 ? words.notes.waiting : '',
      records.waiting > 0 ? 'waiting' : '',
    ),
    figure(
      words.figures.parked,
      writing.count(records.parked),
      records.parked > 0 ? words.notes.person : '',
      records.parked > 0 ? 'parked' : '',
    ),
    figure(
      words.figures.quarantine,
      writing.count(quarantine),
      quarantine > 0 ? words.notes.person : '',
      quarantine > 0 ? 'parked' : '',
    ),
  ]}</dl>`;
}

function figure(name: string, value: string, note: string, state: string): Html {
  return html`<div class="${state}"><dt>${name}</dt><dd><b>${value}</b> <span>${note}</span></dd></div>`;
}
