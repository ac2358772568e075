import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { ConfigRejected, ConfigUnreadable, linesOf, mistakeJson } from '../config/loaded.ts';
import { missingSecret, STAND_INS } from '../config/secrets.ts';
import { type Exposure, readSetup, type Setup, setUp, setupOf } from '../daemon/setup.ts';
import { Failure } from '../domain/failure.ts';
import { problemIn, sayIn } from '../i18n/catalogue.ts';
import { type Catalogue, en } from '../i18n/en/index.ts';
import { inEnglish } from '../i18n/english.ts';
import type { Verdict } from './check-event.ts';
import type { GlobalOptions } from './global-options.ts';
import { language, print, printJson, say } from './output.ts';
import { type Speech, speechIn } from './voice.ts';

interface CheckOptions extends GlobalOptions {
  readonly event?: string;
  readonly topic?: string;
  readonly json?: true;
}

/** `check`: every mistake of a config at once; with an event, what would become of it. */
export function checkCommand(): Command {
  return new Command('check')
    .description('read the config, its key and its rules, and say every mistake at once')
    .option('--event <file>', 'also show what an event with these bytes would become; - is stdin')
    .option('--topic <topic>', 'the topic of that event')
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      `
Exits 78 when the config is wrong; 1 when the event would become no record.

Examples:
  pilegate check --config config.yaml
  pilegate check --event end.json --topic piles/D001/session/end
  mosquitto_sub -C 1 -t 'piles/D001/#' | pilegate check --event - --topic piles/D001/session/end`,
    )
    .action(run);
}

async function run(_: object, command: Command): Promise<void> {
  const { config, event, topic, json, lang: option } = command.optsWithGlobals<CheckOptions>();
  const speech = await speechIn(language(option, process.env));
  const words = speech.texts.check;
  if ((event === undefined) !== (topic === undefined))
    command.error('error: --event and --topic go together', { exitCode: 2 });
  let setup: Setup;
  let service: string | undefined;
  try {
    [setup, service] = await checked(config);
    const { unseenNotices } = await import('./check-samples.ts');
    setup = { ...setup, warnings: [...setup.warnings, ...unseenNotices(setup)] };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (!json) throw error;
    printJson({
      ok: false,
      file: config,
      mistakes: mistakesJson(error, config),
      warnings: [],
      warningCodes: [],
    });
    process.exitCode = error.exitCode;
    return;
  }
  const verdict =
    event === undefined || topic === undefined
      ? undefined
      : await judged(setup, topic, readEvent(event), speech);
  if (verdict && !verdict.good) process.exitCode = 1;
  if (json) {
    printJson({
      ok: verdict?.good ?? true,
      file: config,
      mistakes: [],
      ...warningsJson(setup),
      ...(verdict ? { event: verdict.json } : {}),
    });
    return;
  }
  for (const warning of warningLines(setup, speech)) say(words.warning(warning));
  say(summary(setup, service, speech));
  for (const line of verdict?.lines ?? []) print(line);
  if (verdict) say(verdict.words);
}

/**
 * Reads a config; where its key is a credential that only the service sees, without the key.
 * @returns also the credential, as the service's unit has it
 */
async function checked(config: string): Promise<[Setup, string | undefined]> {
  const read = readSetup(config, process.env);
  const wanted = read.secrets.mistakes.flatMap((mistake) => missingSecret(mistake) ?? []);
  if (wanted.length === 0) return [setupOf(read), undefined];
  const { serviceCredentials } = await import('./service-credentials.ts');
  const found = serviceCredentials(config, process.env).filter(({ name }) => wanted.includes(name));
  if (found.length < wanted.length) return [setupOf(read), undefined];
  return [setUp(config, { ...process.env, ...STAND_INS }), found.map(({ line }) => line).join(', ')];
}

async function judged(setup: Setup, topic: string, payload: Uint8Array, speech: Speech): Promise<Verdict> {
  const { judge } = await import('./check-event.ts');
  return judge(setup.mapping.explain({ topic, payload, receivedAt: Date.now() }), speech);
}

function summary({ loaded, secrets }: Setup, service: string | undefined, { texts }: Speech): string {
  const words = texts.check;
  const { gate, mqtt, sources, contexts, devices } = loaded.config;
  const config = {
    file: loaded.file,
    gate: gate.baseUrl,
    broker: mqtt.url.join(', '),
    sources: sources.length,
    contexts: contexts.length,
    devices: Object.keys(devices).length,
  };
  return words.right(config, service === undefined ? secrets.gate.origin : words.ofService(service));
}

/** What is wrong, for programs: prose in English, and codes. */
function mistakesJson(error: Failure, file: string): object[] {
  if (error instanceof ConfigRejected) return error.mistakes.map(mistakeJson);
  const code = error instanceof ConfigUnreadable ? { code: error.reason.code } : {};
  return [{ file, message: error.message, ...code }];
}

/** The warnings as texts, and the codes of these in the same order. */
function warningsJson({ warnings, exposures }: Setup): object {
  return {
    warnings: [
      ...warnings.map((notice) => linesOf([notice], inEnglish)),
      ...exposures.map((exposure) => problemText(en, exposure)),
    ],
    warningCodes: [...warnings.map(({ reason }) => reason.code), ...exposures.map(({ code }) => code)],
  };
}

function warningLines({ warnings, exposures }: Setup, { texts, told: say }: Speech): string[] {
  return [
    ...warnings.map((notice) => linesOf([notice], say)),
    ...exposures.map((exposure) => problemText(texts, exposure)),
  ];
}

/** A warning and its remedy on one line; none of these has a time in it. */
function problemText(texts: Catalogue, exposure: Exposure): string {
  const { text, remedy } = problemIn(texts, exposure, { say: sayIn(texts), local: String });
  return `${text}: ${remedy}`;
}

function readEvent(file: string): Uint8Array {
  try {
    return readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    throw new Failure(`cannot read the event ${file}: ${error instanceof Error ? error.message : error}`, 1, {
      cause: error,
    });
  }
}
