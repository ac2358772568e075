import type { Reason } from '../../domain/reason.ts';
import { command } from './command.ts';
import { clipped, type Html, html } from './html.ts';
import { maskedText } from './plates.ts';
import type { PageView } from './view.ts';
import type { Writing } from './writing.ts';

/** How all of it stands: `bad` where a person must act for records to flow at all. */
export type Level = 'good' | 'warn' | 'bad';

/** One thing that is not as it should be. */
interface Finding {
  readonly level: Exclude<Level, 'good'>;
  readonly text: string;
  /** Why, as it is stored: in English. */
  readonly why?: Reason | string | undefined;
  /** The section of the page that tells more, or the command that does. */
  readonly more: 'doctor' | 'parked' | 'quarantine';
}

/** With the gate up, an older pending record than this is not just on its way, milliseconds. */
const SLOW_MS = 600_000;

/** How all of it stands. */
export function levelOf(view: PageView): Level {
  const { state } = view;
  if (state.storage !== undefined || state.gate.state === 'held') return 'bad';
  const troubled =
    state.gate.state === 'down' || !state.mqtt.connected || state.records.parked > 0 || state.quarantine > 0;
  return troubled || isSlow(view) ? 'warn' : 'good';
}

/** What is wrong, the worst first, each with what helps; or that all is well. */
export function verdict(view: PageView, writing: Writing): Html {
  const { words } = writing;
  const level = levelOf(view);
  const { records } = view.state;
  const pending = records.pending === 0 ? words.allThere : words.onTheWay(writing.count(records.pending));
  const body =
    level === 'good'
      ? html`<p>${pending}</p>`
      : html`<ul>${findings(view, writing).map((finding) => told(finding, view, writing))}</ul>`;
  return html`<div class="verdict ${level}"><h2>${words[level]}</h2>${body}</div>`;
}

function findings({ state, ...view }: PageView, writing: Writing): Finding[] {
  const { words } = writing;
  const { mqtt, gate, storage, records, quarantine } = state;
  const found: Finding[] = [];
  if (storage !== undefined)
    found.push({ level: 'bad', text: words.storageFails, why: storage, more: 'doctor' });
  if (gate.state === 'held')
    found.push({
      level: 'bad',
      text: words.held(writing.time(gate.since)),
      why: gate.reason,
      more: 'doctor',
    });
  if (gate.state === 'down') {
    const text = words.away(writing.time(gate.since), writing.count(records.pending));
    found.push({ level: 'warn', text, why: gate.reason, more: 'doctor' });
  }
  if (!mqtt.connected)
    found.push({ level: 'warn', text: words.noBroker(writing.time(mqtt.since)), more: 'doctor' });
  if (isSlow({ state, ...view }))
    found.push({ level: 'warn', text: words.slow(writing.time(state.oldestPending ?? 0)), more: 'doctor' });
  if (records.parked > 0)
    found.push({ level: 'warn', text: words.parkedWait(writing.count(records.parked)), more: 'parked' });
  if (quarantine > 0)
    found.push({ level: 'warn', text: words.quarantineWaits(writing.count(quarantine)), more: 'quarantine' });
  return found;
}

function isSlow({ state, now }: PageView): boolean {
  return (
    state.gate.state === 'up' && state.oldestPending !== undefined && now - state.oldestPending > SLOW_MS
  );
}

function told({ level, text, why, more }: Finding, { settings }: PageView, { words }: Writing): Html {
  const said = why === undefined ? undefined : words.reason(why);
  const reason =
    said === undefined
      ? html``
      : html` <q>${clipped(settings.showPlates ? said : maskedText(said), 300)}</q>`;
  if (more === 'parked' || more === 'quarantine')
    return html`<li class="${level}"><a href="#${more}">${text}</a></li>`;
  const help = html`<span class="help">${words.findTheFault} ${command(settings, 'doctor')}</span>`;
  return html`<li class="${level}">${text}${reason} ${help}</li>`;
}
