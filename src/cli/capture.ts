import { randomBytes } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { loadConfig } from '../config/load.ts';
import { loadMqttPassword } from '../config/secrets.ts';
import { mappingOf } from '../daemon/setup.ts';
import { StationZone } from '../domain/station-time.ts';
import { type HeardMessage, listen } from '../intake/mqtt/listener.ts';
import type { Mapping } from '../mapping/compile.ts';
import { CaseFolder } from './capture/case-folder.ts';
import { caseText } from './capture/case-text.ts';
import { canonical } from './capture/personal.ts';
import { Pseudonyms } from './capture/pseudonyms.ts';
import { Scrubber } from './capture/scrub.ts';
import type { GlobalOptions } from './global-options.ts';
import { interrupted } from './interrupted.ts';
import { language, print, printJson, say } from './output.ts';
import { isoTime } from './times.ts';
import { speechIn } from './voice.ts';

interface CaptureOptions extends GlobalOptions {
  readonly output: string;
  readonly seconds?: number;
  readonly count?: number;
  readonly plain?: true;
  readonly json?: true;
}

/** A larger message is left out: no site publishes such, and it would hold up the others. */
const MAX_BYTES = 2 ** 20;

/** `capture`: writes what is published for the sources and contexts as case files, without plates and VINs. */
export function captureCommand(): Command {
  return new Command('capture')
    .description(
      'write what piles and cameras publish as case files, plates and VINs replaced by made-up ones',
    )
    .requiredOption('--output <dir>', 'the folder for the case files; made where it is not there')
    .option('--seconds <n>', 'how long to listen; without --seconds and --count until Ctrl-C', wholeNumber)
    .option('--count <n>', 'how many messages to write', wholeNumber)
    .option('--plain', 'also write what cannot be decoded, where plates cannot be found')
    .option('--json', 'one JSON object a file')
    .addHelpText(
      'after',
      `
It listens beside the daemon by a client of its own, whose session ends with it: the daemon misses nothing.
The same plate becomes the same made-up one within a capture. Files have the mode 0600 and never replace others.

Examples:
  pilegate capture --output cases --seconds 600
  pilegate capture --output cases --count 20 && pilegate test --update cases`,
    )
    .action(run);
}

function wholeNumber(text: string): number {
  const number = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (number < 1) throw new InvalidArgumentError('Allowed is a whole number from 1 to 9999999.');
  return number;
}

async function run(_: object, command: Command): Promise<void> {
  const options = command.optsWithGlobals<CaptureOptions>();
  const { texts } = await speechIn(language(options.lang, process.env));
  const { written, leftOut } = await capture(options, (line) => say(line), texts.capture.listening);
  say(texts.capture.summary(written, options.output, leftOut));
}

async function capture(
  { config: file, output, seconds, count, plain, json }: CaptureOptions,
  tell: (line: string) => void,
  listening: (filters: number) => string,
): Promise<{ written: number; leftOut: number }> {
  const loaded = loadConfig(file, process.env);
  const mapping = mappingOf(loaded);
  const { mqtt, station } = loaded.config;
  const password = loadMqttPassword(loaded, process.env)?.reveal();
  const zone = new StationZone(station.timeZone);
  const folder = new CaseFolder(output, stamp(zone, Date.now()));
  const scrubber = new Scrubber(new Pseudonyms(randomBytes(32)));
  const plateFields = plateFieldsOf(loaded.config.sources);
  const filters = [...new Set([...mapping.filters.sources, ...mapping.filters.contexts])];
  const over = new AbortController();
  let [written, leftOut] = [0, 0];
  const heard = (message: HeardMessage): void => {
    if (over.signal.aborted) return;
    const now = Date.now();
    const known = platesOf(mapping, message, now, plateFields);
    const scrubbed =
      message.payload.byteLength <= MAX_BYTES ? scrubber.payload(message.payload, known) : undefined;
    if (scrubbed === undefined || !(scrubbed.decoded || plain)) {
      leftOut += 1;
      return;
    }
    const topic = scrubber.topic(message.topic, known);
    const { retained, qos } = message;
    const text = caseText({ topic, payload: scrubbed.bytes, at: isoTime(zone, now), retained, qos });
    const path = folder.write(topic, text);
    written += 1;
    if (json) printJson({ file: path, topic });
    else print(path);
    if (written === count) over.abort();
  };
  const timer = seconds === undefined ? undefined : setTimeout(() => over.abort(), seconds * 1000);
  void interrupted().then(() => over.abort());
  try {
    await listen({ settings: { ...mqtt, password }, filters, heard }, over.signal, () =>
      tell(listening(filters.length)),
    );
  } finally {
    clearTimeout(timer);
  }
  return { written, leftOut };
}

/** What the rules take for a plate in a message is one, whatever it looks like. */
function platesOf(
  mapping: Mapping,
  { topic, payload }: HeardMessage,
  receivedAt: number,
  plateFields: ReadonlySet<string>,
): string[] {
  let plates: string[] = [];
  try {
    plates = mapping.map({ topic, payload, receivedAt }).flatMap((mapped) => {
      if (mapped.kind === 'draft') return mapped.draft.values.plateNo ?? [];
      if (mapped.kind !== 'context') return [];
      return Object.entries(mapped.fact.values).flatMap(([name, value]) =>
        plateFields.has(name) ? [String(value)] : [],
      );
    });
  } catch {
    // What the rules cannot read is searched all the same.
  }
  return plates.map(canonical).filter((plate) => plate.length >= 5 && /\d/.test(plate));
}

/** The fields of contexts that hold plates: those by the record's name, and those that its rules name. */
function plateFieldsOf(sources: readonly { readonly fields?: unknown }[]): ReadonlySet<string> {
  const names = new Set(['plateNo']);
  for (const { fields } of sources) {
    const rule = typeof fields === 'object' && fields !== null ? Reflect.get(fields, 'plateNo') : undefined;
    for (const way of Array.isArray(rule) ? rule : [rule]) {
      const field: unknown = typeof way === 'object' && way !== null ? Reflect.get(way, 'field') : undefined;
      if (typeof field === 'string') names.add(field);
    }
  }
  return names;
}

/** A time for names of files: `20261129T080000`. */
function stamp(zone: StationZone, at: number): string {
  return zone.local(at).replace(/[-:]/g, '').replace(' ', 'T');
}
