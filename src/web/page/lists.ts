import { command } from './command.ts';
import { clipped, type Html, html } from './html.ts';
import { masked, maskedText } from './plates.ts';
import type { PageEvent, PageRecord, PageSettings, PageView } from './view.ts';
import type { Writing } from './writing.ts';

/** Longer order numbers are shown by their beginning, and their commands by the list. */
const LONGEST_ORDER = 64;
const LONGEST_REASON = 220;
/** In the table of the newest, where they are many. */
const LONGEST_NOTE = 100;

/** What waits for a person, each with the command that helps; nothing where nothing does. */
export function people(view: PageView, writing: Writing): Html {
  const { rows, state } = view;
  if (rows === undefined || rows.parked.length + rows.quarantined.length === 0) return html``;
  const { words } = writing;
  const list = (id: string, title: string, items: readonly Html[], total: number, all: readonly string[]) => {
    if (items.length === 0) return html``;
    const rest = total - items.length;
    const more =
      rest > 0
        ? html`<p class="more">${words.andMore(writing.count(rest))} ${command(view.settings, ...all)}</p>`
        : html``;
    return html`<div class="pile"><h3 id="${id}">${title} <span class="badge">${writing.count(total)}</span></h3><ol>${items}</ol>${more}</div>`;
  };
  return html`<h2>${words.people}</h2><div class="piles">${[
    list(
      'parked',
      words.parked,
      rows.parked.map((row) => parkedItem(row, view, writing)),
      state.records.parked,
      ['records', 'list', '--state', 'parked'],
    ),
    list(
      'quarantine',
      words.quarantine,
      rows.quarantined.map((row) => eventItem(row, view, writing)),
      state.quarantine,
      ['quarantine', 'list'],
    ),
  ]}</div>`;
}

function parkedItem(row: PageRecord, { settings }: PageView, writing: Writing): Html {
  const { orderNo, record, lastError = '' } = row;
  const { words } = writing;
  return html`<li><p class="who"><b>${orderText(orderNo, words.noNumber)}</b> <span>${plateOf(record.plateNo, settings)}</span> <span>${clipped(record.deviceId, 40)}</span> ${writing.timeElement(row.settledAt ?? row.receivedAt)}</p><p class="why">${reasonOf(words.reason(lastError), settings, record.plateNo)}</p><p>${words.doRetry} ${orderCommand(settings, ['records', 'retry'], orderNo, ['records', 'list', '--state', 'parked'])}</p></li>`;
}

function eventItem(event: PageEvent, { settings }: PageView, writing: Writing): Html {
  const { id, kind, orderNo, topic, field } = event;
  const { words } = writing;
  const reason = words.reason(event.reason);
  const why = field === '' || reason.includes(field) ? reason : `${field}${words.colon}${reason}`;
  return html`<li><p class="who"><b>#${id}</b> <b>${orderText(orderNo, words.noNumber)}</b> <span>${words.kinds[kind]}</span> ${writing.timeElement(event.receivedAt)}</p><p class="why">${reasonOf(why, settings)}</p><p class="topic">${words.topic} ${reasonOf(topic, settings)}</p><p>${remedy(event, settings, writing)}</p></li>`;
}

function remedy({ id, kind, field }: PageEvent, settings: PageSettings, { words }: Writing): Html {
  const quarantine = (...rest: string[]) => command(settings, 'quarantine', ...rest);
  if (kind === 'conflict') return html`${words.doCompare} ${quarantine('show', String(id))}`;
  if (field === '')
    return html`${words.doReplay} ${quarantine('show', String(id))} ${quarantine('replay', String(id))}`;
  return html`${words.doSupply(field)} ${quarantine('replay', String(id), '--set', `${field}=`)}`;
}

/** The newest records, whatever became of them. */
export function recent({ rows, settings }: PageView, writing: Writing): Html {
  const { words } = writing;
  const title = html`<h2>${words.recent}</h2>`;
  if (rows === undefined) return html`${title}<p class="more">${words.cannotRead}</p>`;
  if (rows.recent.length === 0) return html`${title}<p class="more">${words.noRecord}</p>`;
  // Roles in full: on a phone the rows are no table to CSS, and must stay one to a reader's ear.
  const heads = Object.values(words.columns).map(
    (name) => html`<th role="columnheader" scope="col">${name}</th>`,
  );
  const body = rows.recent.map(
    (row) =>
      html`<tr role="row"><td role="cell">${writing.timeElement(row.receivedAt)}</td><td role="cell">${orderText(row.orderNo, words.noNumber)}</td><td role="cell">${plateOf(row.record.plateNo, settings)}</td><td role="cell">${clipped(row.record.deviceId, 40)}</td><td role="cell"><span class="tag ${row.state}">${words.states[row.state]}</span> <span class="note">${noteOf(row, settings, writing)}</span></td></tr>`,
  );
  return html`${title}<table role="table"><thead role="rowgroup"><tr role="row">${heads}</tr></thead><tbody role="rowgroup">${body}</tbody></table>`;
}

function noteOf(row: PageRecord, settings: PageSettings, writing: Writing): Html {
  const { words } = writing;
  const why =
    row.lastError === undefined
      ? html``
      : html` <q>${reasonOf(words.reason(row.lastError), settings, row.record.plateNo, LONGEST_NOTE)}</q>`;
  switch (row.state) {
    case 'delivered':
      return html`${writing.duration((row.settledAt ?? row.receivedAt) - row.receivedAt)}${why}`;
    case 'pending': {
      const posts = row.attempts > 0 ? [words.posts(row.attempts)] : [];
      const again = row.nextAt === undefined ? [] : [words.again(writing.time(row.nextAt))];
      return html`${[...posts, ...again].join(words.comma)}${why}`;
    }
    case 'waiting':
      return html`${row.nextAt === undefined ? '' : words.until(writing.time(row.nextAt))}`;
    case 'parked':
      return html`${why}`;
  }
}

function orderText(orderNo: string | undefined, none: string): Html {
  return orderNo === undefined
    ? html`<i>${none}</i>`
    : html`<bdi class="order">${clipped(orderNo, LONGEST_ORDER)}</bdi>`;
}

function plateOf(plate: string, { showPlates }: PageSettings): Html {
  return html`<bdi>${clipped(showPlates ? plate : masked(plate), 24)}</bdi>`;
}

function reasonOf(
  text: string,
  { showPlates }: PageSettings,
  plate?: string,
  longest = LONGEST_REASON,
): string {
  return clipped((showPlates ? text : maskedText(text, plate)).replace(/\s+/g, ' ').trim(), longest);
}

function orderCommand(
  settings: PageSettings,
  words: readonly string[],
  orderNo: string | undefined,
  otherwise: readonly string[],
): Html {
  if (orderNo === undefined || orderNo.length > LONGEST_ORDER) return command(settings, ...otherwise);
  return command(settings, ...words, ...(orderNo.startsWith('-') ? ['--'] : []), orderNo);
}
