import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { ConfigRejected, lineOf } from '../config/loaded.ts';
import { type Setup, setUp } from '../daemon/setup.ts';
import { Failure } from '../domain/failure.ts';
import type { Verdict } from './check-event.ts';
import type { GlobalOptions } from './global-options.ts';
import { language, placed, print, printJson, say } from './output.ts';
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
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (!json) throw told(error, speech);
    const mistakes =
      error instanceof ConfigRejected ? error.mistakes : [{ file: config, message: error.message }];
    printJson({ ok: false, file: config, mistakes, warnings: [] });
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
      warnings: setup.warnings,
      ...(verdict ? { event: verdict.json } : {}),
    });
    return;
  }
  for (const warning of setup.warnings) say(words.warning(placed(warning, speech.told)));
  say(summary(setup, service, speech));
  for (const line of verdict?.lines ?? []) print(line);
  if (verdict) say(verdict.words);
}

/**
 * Reads a config; where its key is a credential that only the service sees, without the key.
 * @returns also the credential, as the service's unit has it
 */
async function checked(config: string): Promise<[Setup, string | undefined]> {
  try {
    return [setUp(config, process.env), undefined];
  } catch (error) {
    if (!(error instanceof ConfigRejected)) throw error;
    const { isKeyMissing } = await import('./doctor/config.ts');
    if (!error.mistakes.some(isKeyMissing)) throw error;
    const { serviceCredentials } = await import('./service-credentials.ts');
    const key = serviceCredentials(config, process.env).find(({ name }) => name === 'gate.key');
    if (key === undefined) throw error;
    return [setUp(config, { ...process.env, PILEGATE_GATE_KEY: 'stand-in' }), key.line];
  }
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
    broker: mqtt.url,
    sources: sources.length,
    contexts: contexts.length,
    devices: Object.keys(devices).length,
  };
  return words.right(config, service === undefined ? secrets.gateKey.origin : words.ofService(service));
}

/** The same mistakes in the person's language, each at its place. */
function told(error: Failure, speech: Speech): Failure {
  const lines =
    error instanceof ConfigRejected
      ? error.mistakes.map((mistake) => lineOf({ ...mistake, message: speech.told(mistake.message) }))
      : [speech.told(error.message)];
  return new Failure([...new Set(lines)].join('\n'), error.exitCode, { cause: error });
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
