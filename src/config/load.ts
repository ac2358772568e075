/** Reads a config file: a config that is whole, or every mistake at once with its line. */
import { Failure } from '../domain/failure.ts';
import { type ConfigDocument, parseConfig } from './document.ts';
import { ConfigRejected, type LoadedConfig, lineOf, settled } from './loaded.ts';
import { mended } from './mend.ts';
import { type Mistake, mistakesOf, pathText } from './mistakes.ts';
import { readNamed } from './read-file.ts';
import { configSchema, type ParsedConfig } from './schema.ts';
import { QUOTE_IT } from './values.ts';

/** Far larger than a config with ten thousand devices. */
const MAX_BYTES = 8 * 2 ** 20;

/**
 * Reads and checks a config file.
 * @param file its path, absolute or relative to the working directory
 * @param env the environment, for `$STATE_DIRECTORY`
 * @throws ConfigRejected (exit 78) with every mistake; its `mended` is the config without them, for the checks
 *   that come after this one
 * @throws Failure (exit 78) where the file cannot be read
 */
export function loadConfig(file: string, env: NodeJS.ProcessEnv): LoadedConfig {
  const document = parseConfig(readText(file));
  const placed = (mistake: Mistake) => ({
    file,
    ...(mistake.position ?? document.position(mistake.path, mistake.of)),
    key: pathText(mistake.path),
    message: mistake.message,
  });
  const reject = (mistakes: readonly Mistake[], mended?: LoadedConfig) =>
    new ConfigRejected(mistakes.map(placed), mended);
  const loaded = (parsed: ParsedConfig): LoadedConfig => ({
    config: settled(parsed, file, env),
    file,
    locate: (path) => {
      const { line, column } = document.position(path);
      return `${file}:${line}:${column}`;
    },
    warnings: warningsOf(parsed).map((mistake) => lineOf(placed(mistake))),
    tell: (mistake) => lineOf(placed(mistake)),
    reject,
  });

  if (!document.readable) throw reject(document.mistakes);
  const parsed = configSchema.safeParse(document.value);
  if (parsed.success && document.mistakes.length === 0) return loaded(parsed.data);
  const mistakes = [...document.mistakes, ...schemaMistakes(parsed.error?.issues ?? [], document)];
  const rest = parsed.success ? parsed.data : mended(document.value, mistakes);
  throw reject(mistakes, rest && loaded(rest));
}

function schemaMistakes(issues: Parameters<typeof mistakesOf>[0], document: ConfigDocument): Mistake[] {
  return mistakesOf(issues).map((mistake) => {
    if (mistake.path.length === 0) return { ...mistake, message: `the file ${mistake.message}` };
    const written = mistake.message.endsWith(QUOTE_IT) ? document.written(mistake.path) : undefined;
    return written === undefined ? mistake : { ...mistake, message: `${mistake.message}: "${written}"` };
  });
}

function readText(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readNamed(file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure(`${why}, or name another config by --config`, 78, { cause: error });
  }
  if (bytes.length > MAX_BYTES)
    throw new Failure(`${file} is no config: it has ${bytes.length} bytes, allowed is ${MAX_BYTES}`, 78);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new Failure(`${file}:${badLine(bytes)}:1: not UTF-8 text: save the file as UTF-8`, 78, {
      cause: error,
    });
  }
}

/** The first line that is not UTF-8, from 1. */
function badLine(bytes: Buffer): number {
  const whole = bytes.toString('latin1').split('\n');
  return 1 + whole.findIndex((line) => Buffer.from(line, 'latin1').toString('utf8').includes('\uFFFD'));
}

function warningsOf({ gate, mqtt }: ParsedConfig): Mistake[] {
  const unused = (url: string, tls: object) =>
    !/^(https|mqtts|wss):/i.test(url) && Object.keys(tls).length > 0;
  const message = (key: string) => `is of no use, since ${key} is not encrypted`;
  return [
    ...(unused(gate.baseUrl, gate.tls) ? [{ path: ['gate', 'tls'], message: message('gate.baseUrl') }] : []),
    ...(unused(mqtt.url, mqtt.tls) ? [{ path: ['mqtt', 'tls'], message: message('mqtt.url') }] : []),
  ];
}
