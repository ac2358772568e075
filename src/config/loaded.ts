/** A config once it is read: what the program works with, or the error that tells what is wrong with it. */
import { dirname, join, resolve } from 'node:path';
import { Failure } from '../domain/failure.ts';
import type { Mistake, Path, Position } from './mistakes.ts';
import type { ParsedConfig } from './schema.ts';

/** A config as the program works with it: durations in milliseconds, sizes in bytes, paths absolute. */
export type Config = Omit<ParsedConfig, 'mqtt' | 'outbox'> & {
  readonly mqtt: ParsedConfig['mqtt'] & { readonly clientId: string; readonly statusTopic: string };
  readonly outbox: ParsedConfig['outbox'] & { readonly path: string };
};

/** A config and where its values stand. */
export interface LoadedConfig {
  readonly config: Config;
  /** The file, as it was named. */
  readonly file: string;
  /** `FILE:LINE:COL` of a value; of its nearest parent where it is not there itself. */
  locate(path: Path): string;
  /** What is no mistake but can hardly be meant, a line each in the manner of `tell`. */
  readonly warnings: readonly string[];
  /** `FILE:LINE:COL: key.path: what is wrong`, for what is not worth an error. */
  tell(mistake: Mistake): string;
  /** Makes the error that tells of mistakes found later, in the manner of `loadConfig`. */
  reject(mistakes: readonly Mistake[]): ConfigRejected;
}

/** One mistake with its place, as scripts read it. */
export interface PlacedMistake extends Position {
  readonly file: string;
  /** {@link pathText} of the value; '' where the file as a whole is meant. */
  readonly key: string;
  readonly message: string;
}

/** A config is wrong: exit 78, and a message with a line for each mistake, in the order of the file. */
export class ConfigRejected extends Failure {
  readonly mistakes: readonly PlacedMistake[];
  /** What is left of the config without them, for checks that come later; nothing may run on it. */
  readonly mended: LoadedConfig | undefined;

  constructor(mistakes: readonly PlacedMistake[], mended?: LoadedConfig) {
    const sorted = mistakes.toSorted((a, b) => a.line - b.line || a.column - b.column);
    super([...new Set(sorted.map(lineOf))].join('\n'), 78);
    this.mistakes = sorted;
    this.mended = mended;
  }
}

/** `FILE:LINE:COL: key.path: what is wrong, what is allowed`. */
export function lineOf({ file, line, column, key, message }: PlacedMistake): string {
  return `${file}:${line}:${column}: ${key ? `${key}: ` : ''}${message}`;
}

/** Fills in what depends on the file, on the environment or on other keys. */
export function settled(parsed: ParsedConfig, file: string, env: NodeJS.ProcessEnv): Config {
  const { station, gate, mqtt, outbox } = parsed;
  const folder = dirname(resolve(file));
  const clientId = mqtt.clientId ?? `pilegate-${station.id}`;
  const statusTopic =
    mqtt.statusTopic ?? `pilegate/{stationId}/${mqtt.shareGroup === undefined ? '' : '{clientId}/'}status`;
  // A level of a topic must not hold what has a meaning in topics.
  const level = (text: string) => text.replace(/[+#/]/g, '_');
  return {
    ...parsed,
    gate: inFolder(folder, { ...gate, tls: inFolder(folder, gate.tls, ['ca', 'cert', 'key']) }, ['keyFile']),
    mqtt: {
      ...inFolder(folder, { ...mqtt, tls: inFolder(folder, mqtt.tls, ['ca', 'cert', 'key']) }, [
        'passwordFile',
      ]),
      clientId,
      statusTopic: statusTopic
        .replaceAll('{stationId}', level(station.id))
        .replaceAll('{clientId}', level(clientId)),
    },
    outbox: { ...outbox, path: resolve(folder, outbox.path ?? outboxPath(file, env)) },
  };
}

/** `value` with the paths under `keys`, where they are there, made absolute. */
function inFolder<T extends object>(folder: string, value: T, keys: readonly (keyof T)[]): T {
  const copy = { ...value };
  for (const key of keys) {
    const path: unknown = value[key];
    if (typeof path === 'string') Object.assign(copy, { [key]: resolve(folder, path) });
  }
  return copy;
}

/** Where the outbox is when the config does not say. */
export function outboxPath(file: string, env: NodeJS.ProcessEnv): string {
  const [state] = (env['STATE_DIRECTORY'] ?? '').split(':');
  if (state) return join(state, 'outbox.db');
  return resolve(file) === '/etc/pilegate/config.yaml' ? '/var/lib/pilegate/outbox.db' : 'outbox.db';
}
