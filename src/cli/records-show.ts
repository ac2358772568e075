import { Command } from 'commander';
import { Failure } from '../domain/failure.ts';
import type { AuditEntry } from '../domain/operator.ts';
import { cleanPlate } from '../domain/plate.ts';
import { publicName, RECORD_FIELDS } from '../domain/record.ts';
import type { OrderStory } from '../outbox/reader/reader.ts';
import type { RecordStory, SeenAttempt, StoredEvent } from '../outbox/reader/rows.ts';
import { HISTORY_FIRST, HISTORY_MOST } from '../outbox/tables/records.ts';
import { auditLines } from './audit.ts';
import { type Standing, standingOf } from './order-status.ts';
import { tellStanding } from './order-status-text.ts';
import { colours, print, printJson, say } from './output.ts';
import { isWhole, payloadLines, safe, shellWord } from './payload.ts';
import { auditJson, eventStoryJson, storyJson } from './record-json.ts';
import { table } from './table.ts';
import { isoTime } from './times.ts';
import { zonedHead } from './voice.ts';
import { type Open, withOutbox } from './with-outbox.ts';

/** Bytes of a binary payload that are shown. */
const HEX_BYTES = 1_024;
/** Order numbers that are offered where one is not known. */
const SIMILAR = 5;

/** `records show`: the whole story of one order. */
export function recordsShowCommand(): Command {
  return new Command('show')
    .description('the whole story of an order: why it is where it is, the record, its event, every attempt')
    .argument('<order>', 'its order number; or a plate, whose newest record is shown')
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  pilegate records show 2026112408000001
  pilegate records show 浙BD12345
  pilegate records show 2026112408000001 --json | jq .history`,
    )
    .action(run);
}

async function run(typed: string, { json }: { json?: true }, command: Command): Promise<void> {
  await withOutbox(command, (open) => {
    const { orderNo, story } = find(typed, open);
    const standing = standingOf(story, open.reader.health(), open.refusals, Date.now());
    if (standing === undefined) throw new Failure(`${safe(typed)}: ${unknownOrder(typed, true, open)}`);
    const sentence = tellStanding(standing, shellWord(orderNo), open);
    if (json) printJson(storyOf(orderNo, story, sentence, open));
    else for (const line of lines(orderNo, { story, standing, sentence }, open)) print(line);
  });
}

/** What may be a plate, once it is cleaned; never all digits, since so many orders are. */
const PLATE = /^(?!\d+$)[\u4e00-\u9fffA-Z0-9]{5,10}$/;

/** What is told of an order. */
interface Told {
  readonly story: OrderStory;
  readonly standing: Standing;
  readonly sentence: string;
}

/** An order number counts first; a plate only where there is no such order. */
function find(typed: string, open: Open): { orderNo: string; story: OrderStory } {
  const { reader, texts } = open;
  const story = reader.order(typed);
  const known = story.record ?? story.pruned ?? story.quarantined[0];
  const plateNo = cleanPlate(typed);
  if (known !== undefined || !PLATE.test(plateNo)) return { orderNo: typed, story };
  const orders: string[] = [];
  for (const { rows } of reader.records({ plateNo }, 'newest-first')) {
    for (const row of rows) if (row.orderNo !== undefined) orders.push(row.orderNo);
    if (orders.length > 1) break;
  }
  const [newest] = orders;
  if (newest === undefined) return { orderNo: typed, story };
  if (orders.length > 1) say(texts.listing.othersOfPlate(plateNo, orders.length - 1));
  return { orderNo: newest, story: reader.order(newest) };
}

/**
 * What is said of an order that is not known.
 * @param offer whether to look for those that may be meant, which takes a while
 */
export function unknownOrder(typed: string, offer: boolean, { reader, texts }: Open): string {
  const similar = offer ? reader.similar(typed, SIMILAR).map(shellWord) : [];
  const { unknownOrder, similarOrders } = texts.listing;
  return similar.length > 0 ? similarOrders(similar) : unknownOrder;
}

function storyOf(orderNo: string, story: OrderStory, why: string, { zone }: Open): object {
  const { record, needs, quarantined, pruned, audit } = story;
  const iso = (at: number) => isoTime(zone, at);
  return {
    orderNo,
    why,
    ...(record === undefined ? { state: null } : storyJson(record, zone)),
    ...(record?.state === 'waiting' && record.nextAt !== undefined
      ? { waitsUntil: iso(record.nextAt), waitsFor: needs }
      : {}),
    quarantined: quarantined.map((event) => eventStoryJson(event, zone)),
    audit: audit.map((entry) => auditJson(entry, zone)),
    pruned: pruned === undefined ? null : { at: iso(pruned.at), knownUntil: iso(pruned.knownUntil) },
  };
}

function lines(orderNo: string, told: Told, open: Open): string[] {
  const { standing, sentence } = told;
  const { record, quarantined, audit } = told.story;
  const others = quarantined.filter(({ state }) => state === 'open').map(({ id }) => id);
  const state = record && open.texts.names[record.state];
  const head = [orderNo, record?.record.plateNo, record?.record.deviceId, state];
  return [
    colours().bold(safe(head.filter(Boolean).join('  '))),
    safe(sentence),
    ...(standing.kind === 'quarantined'
      ? ['', ...eventLines(standing.event, isWhole(standing.event), open)]
      : others.length > 0
        ? [open.texts.listing.alsoQuarantined(others)]
        : []),
    ...(record === undefined ? [] : ['', ...recordLines(record, open)]),
    ...(audit.length === 0 ? [] : ['', ...actionLines(audit, open)]),
  ];
}

function recordLines(story: RecordStory, open: Open): string[] {
  const words = open.texts.listing;
  const { bold } = colours();
  const fields = RECORD_FIELDS.filter(
    (field) => story.record[field] !== '' || publicName(field) in story.corrections,
  );
  const rows = fields.map((field) => {
    const [before] = story.corrections[publicName(field)] ?? [];
    const note = before === undefined ? '' : open.texts.actions.corrected(before ?? '');
    return [publicName(field), safe(story.record[field]), safe(note)];
  });
  return [
    bold(words.record),
    ...indented(table([{ head: '' }, { head: '' }, { head: '' }], rows).slice(1)),
    '',
    ...eventLines(story, true, open),
    '',
    bold(words.attempts),
    ...indented(attemptLines(story, open)),
  ];
}

function actionLines(audit: readonly AuditEntry[], open: Open): string[] {
  return [colours().bold(open.texts.actions.audit), ...indented(auditLines(audit, open, false))];
}

/** The event as it came. */
function eventLines(event: RecordStory | StoredEvent, whole: boolean, { texts, local }: Open): string[] {
  const words = texts.listing;
  const { receivedAt, source, topic, payload } = event;
  const came = [local(receivedAt), `${words.source} ${source}`, `${words.topic} ${topic}`];
  return [
    `${colours().bold(words.event)}  ${safe(came.join('  '))}`,
    ...indented(payload === undefined ? ['-'] : payloadLines(payload, whole, HEX_BYTES)),
  ];
}

function attemptLines({ history }: RecordStory, open: Open): string[] {
  const words = open.texts.listing;
  if (history.length === 0) return [words.noAttempts];
  const heads = [
    zonedHead(words.at, open.zone, Date.now()),
    words.took,
    words.status,
    words.outcome,
    words.why,
    words.reply,
  ];
  const rows = table(
    heads.map((head) => ({ head })),
    history.map((attempt) => attemptCells(attempt, open)),
  );
  if (history.length >= HISTORY_MOST) rows.splice(HISTORY_FIRST + 1, 0, words.notKept);
  return rows;
}

function attemptCells(
  { at, ms, status, outcome, reason, reply }: SeenAttempt,
  { texts, told, zone }: Open,
): string[] {
  const why = outcome === 'delivered' ? '' : told(reason);
  const code = status === undefined ? '-' : String(status);
  return [zone.local(at), texts.duration(ms), code, texts.names[outcome], why, reply ?? ''].map((cell) =>
    safe(cell.replace(/\s+/g, ' ').trim()),
  );
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
