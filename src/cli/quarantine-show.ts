import { Command, InvalidArgumentError } from 'commander';
import { Failure } from '../domain/failure.ts';
import type { StoredEvent } from '../outbox/reader/rows.ts';
import { eventRemedy } from './event-remedy.ts';
import { colours, print, printJson } from './output.ts';
import { isWhole, payloadLines, safe } from './payload.ts';
import { eventStoryJson } from './record-json.ts';
import { table } from './table.ts';
import { type Open, withOutbox } from './with-outbox.ts';

/** Bytes of a binary payload that are shown. */
const HEX_BYTES = 4_096;

/** `quarantine show`: one event that could not become a record. */
export function quarantineShowCommand(): Command {
  return new Command('show')
    .description('show an event as it came, why it is no record, and what to do')
    .argument('<id>', 'as `quarantine list` has it', eventId)
    .option('--json', 'one JSON object')
    .addHelpText('after', '\nExample:\n  pilegate quarantine show 12')
    .action(run);
}

/** Parses the id of a quarantined event. */
export function eventId(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Allowed is a number, as `quarantine list` has it.');
}

async function run(id: number, { json }: { json?: true }, command: Command): Promise<void> {
  await withOutbox(command, (open) => {
    const event = open.reader.event(id);
    if (event === undefined)
      throw new Failure(`${id}: ${open.texts.orders.notOpen.unknown}: pilegate quarantine list`);
    const remedy = eventRemedy(event, open);
    if (json) printJson({ ...eventStoryJson(event, open.zone), remedy });
    else for (const line of lines(event, remedy, open)) print(line);
  });
}

function lines(event: StoredEvent, remedy: string, { texts, local, told }: Open): string[] {
  const words = texts.listing;
  const paint = colours();
  const { id, field, payload, size } = event;
  const state = event.state === 'open' ? '' : `  ${texts.names[event.state]}`;
  const reason = told(event.reason);
  const rows = [
    [words.received, local(event.receivedAt)],
    [words.source, event.source || '-'],
    [words.topic, event.topic],
    [words.order, event.orderNo ?? '-'],
  ].map((row) => row.map(safe));
  return [
    paint.bold(`${id}  ${texts.names[event.kind]}${state}`),
    safe(field === '' ? reason : `${field}${texts.listing.colon}${reason}`),
    safe(remedy),
    '',
    ...table([{ head: '' }, { head: '' }], rows).slice(1),
    '',
    paint.bold(
      isWhole(event) || payload === undefined
        ? words.event
        : `${words.event} (${words.cut(payload.byteLength, size)})`,
    ),
    ...(payload === undefined ? ['-'] : payloadLines(payload, isWhole(event), HEX_BYTES)).map(
      (line) => `  ${line}`,
    ),
  ];
}
