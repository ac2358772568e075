import { levelOf as judged, type Problem } from '../../domain/health.ts';
import { isReason, type Reason } from '../../domain/reason.ts';
import { command } from './command.ts';
import { clipped, type Html, html } from './html.ts';
import { maskedText } from './plates.ts';
import type { PageView } from './view.ts';
import type { Writing } from './writing.ts';

/** How all of it stands: `bad` is red and `warn` yellow in {@link judged}'s words. */
export type Level = 'good' | 'warn' | 'bad';

const LEVELS = { red: 'bad', yellow: 'warn', green: 'good' } as const;

/** One thing that is not as it should be. */
interface Finding {
  readonly level: Exclude<Level, 'good'>;
  readonly text: string;
  /** Why, as it is stored: in English. */
  readonly why?: Reason | string | undefined;
  /** The section of the page that tells more, or what helps. */
  readonly more: 'doctor' | 'parked' | 'quarantine' | { readonly remedy: string };
}

/** How all of it stands. */
export function levelOf({ problems }: PageView): Level {
  return LEVELS[judged(problems)];
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
      : html`<ul>${view.problems.map((problem) => told(finding(problem, view, writing), view, writing))}</ul>`;
  return html`<div class="verdict ${level}"><h2>${words[level]}</h2>${body}</div>`;
}

/** A problem in the page's own words where it has some, else in those of `status`. */
function finding(problem: Problem, { state }: PageView, writing: Writing): Finding {
  const { words } = writing;
  const { mqtt, gate, storage, records, quarantine, oldestPending } = state;
  const level = LEVELS[problem.level];
  const why = isReason(problem.params['reason']) ? problem.params['reason'] : undefined;
  switch (problem.code) {
    case 'storage-failed':
      return { level, text: words.storageFails, why: storage, more: 'doctor' };
    case 'gate-held':
      return { level, text: words.held(writing.time(gate.since)), why, more: 'doctor' };
    case 'gate-down':
      return {
        level,
        text: words.away(writing.time(gate.since), writing.count(records.pending)),
        why,
        more: 'doctor',
      };
    case 'broker-down':
      return { level, text: words.noBroker(writing.time(mqtt.since)), more: 'doctor' };
    case 'backlog':
      return { level, text: words.slow(writing.time(oldestPending ?? 0)), more: 'doctor' };
    case 'parked':
      return { level, text: words.parkedWait(writing.count(records.parked)), more: 'parked' };
    case 'quarantine':
      return { level, text: words.quarantineWaits(writing.count(quarantine)), more: 'quarantine' };
    default: {
      const { text, remedy } = words.problem(problem, (at) => writing.time(at));
      return { level, text, more: { remedy } };
    }
  }
}

function told({ level, text, why, more }: Finding, { settings }: PageView, { words }: Writing): Html {
  const said = why === undefined ? undefined : words.reason(why);
  const reason =
    said === undefined
      ? html``
      : html` <q>${clipped(settings.showPlates ? said : maskedText(said), 300)}</q>`;
  if (more === 'parked' || more === 'quarantine')
    return html`<li class="${level}"><a href="#${more}">${text}</a></li>`;
  if (more !== 'doctor')
    return html`<li class="${level}">${text} <span class="help">${more.remedy}</span></li>`;
  const help = html`<span class="help">${words.findTheFault} ${command(settings, 'doctor')}</span>`;
  return html`<li class="${level}">${text}${reason} ${help}</li>`;
}
