/** A config once it is read: what the program works with, or the error that tells what is wrong with it. */

import { dirname, join, resolve } from 'node:path';
import { Failure } from '../domain/failure.ts';
import type { Reason } from '../domain/reason.ts';
import { inEnglish } from '../i18n/english.ts';
import { ReasonFailure } from '../i18n/reason-failure.ts';
import type { Say } from '../i18n/texts.ts';
import { withSecretFiles } from './gate-secrets.ts';
import type { Mistake, Path, Position } from './mistakes.ts';
import type { ParsedConfig } from './schema.ts';

/** A config as the program works with it: durations in milliseconds, sizes in bytes, paths absolute. */
export type Config = Omit<ParsedConfig, 'mqtt' | 'outbox' | 'uplink'> & {
  readonly mqtt: Omit<ParsedConfig['mqtt'], 'statusTopic'> & {
    readonly clientId: string;
    /** Undefined where it is `off`. */
    readonly statusTopic: string | undefined;
  };
  readonly outbox: ParsedConfig['outbox'] & { readonly path: string };
  readonly uplink?: NonNullable<ParsedConfig['uplink']> & { readonly clientId: string };
};

/** A config and where its values stand. */
export interface LoadedConfig {
  readonly config: Config;
  /** The file, as it was named. */
  readonly file: string;
  /** `FILE:LINE:COL` of a value; of its nearest parent where it is not there itself. */
  locate(path: Path): string;
  /** What is not a mistake but can hardly be meant. */
  readonly warnings: readonly Notice[];
  /** A notice of what is not worth an error. */
  notice(mistake: Mistake): Notice;
  /** Makes the error that tells of mistakes found later, in the manner of `loadConfig`. */
  reject(mistakes: readonly Mistake[]): ConfigRejected;
}

/** What is not a mistake but can hardly be meant. */
export interface Notice {
  /** `FILE:LINE:COL: key.path: `, or '' where it is about no place of the config. */
  readonly place: string;
  readonly reason: Reason;
}

/** One mistake with its place. */
export interface PlacedMistake extends Position {
  readonly file: string;
  /** {@link pathText} of the value; '' where the file as a whole is meant. */
  readonly key: string;
  readonly reason: Reason;
}

/** A config is wrong: exit 78, and a message with a line for each mistake, in the order of the file. */
export class ConfigRejected extends Failure {
  readonly mistakes: readonly PlacedMistake[];
  /** What is left of the config without them, for checks that come later; nothing may run on it. */
  readonly mended: LoadedConfig | undefined;

  constructor(mistakes: readonly PlacedMistake[], mended?: LoadedConfig) {
    const sorted = mistakes.toSorted((a, b) => a.line - b.line || a.column - b.column);
    super(linesOf(sorted, inEnglish), 78);
    this.mistakes = sorted;
    this.mended = mended;
  }

  override inWords(say: Say): string {
    return linesOf(this.mistakes, say);
  }
}

/** The config cannot be read at all: exit 78. */
export class ConfigUnreadable extends ReasonFailure {
  constructor(why: Reason, options?: ErrorOptions) {
    super(why, 78, options);
  }
}

/** Where a mistake is: `FILE:LINE:COL: key.path: `, before what is wrong and what is allowed. */
export function placeOf({ file, line, column, key }: Omit<PlacedMistake, 'reason'>): string {
  return `${file}:${line}:${column}: ${key === '' ? '' : `${key}: `}`;
}

/** Mistakes or notices for people, each once, a line each. */
export function linesOf(all: readonly (PlacedMistake | Notice)[], say: Say): string {
  const lines = all.map((one) => ('place' in one ? one.place : placeOf(one)) + say(one.reason));
  return [...new Set(lines)].join('\n');
}

/** A mistake as programs read it: the prose is English in every language. */
export function mistakeJson({ file, line, column, key, reason }: PlacedMistake): object {
  return { file, line, column, key, message: inEnglish(reason), code: reason.code };
}

/** Fills in what depends on the file, on the environment or on other keys. */
export function settled(parsed: ParsedConfig, file: string, env: NodeJS.ProcessEnv): Config {
  const { station, gate, mqtt, outbox, alerts, uplink, ...rest } = parsed;
  const folder = dirname(resolve(file));
  const clientId = mqtt.clientId ?? `pilegate-${station.id}`;
  const statusTopic =
    mqtt.statusTopic ?? `pilegate/{stationId}/${mqtt.shareGroup === undefined ? '' : '{clientId}/'}status`;
  // A level of a topic must not hold what has a meaning in topics.
  const level = (text: string) => text.replace(/[+#/]/g, '_');
  const placed = (topic: string) =>
    topic.replaceAll('{stationId}', level(station.id)).replaceAll('{clientId}', level(clientId));
  return {
    ...rest,
    station,
    gate: {
      ...withSecretFiles(gate, (file) => resolve(folder, file)),
      tls: inFolder(folder, gate.tls, ['ca', 'cert', 'key']),
    },
    mqtt: {
      ...inFolder(folder, { ...mqtt, tls: inFolder(folder, mqtt.tls, ['ca', 'cert', 'key']) }, [
        'passwordFile',
      ]),
      clientId,
      statusTopic: statusTopic === 'off' ? undefined : placed(statusTopic),
    },
    alerts: alerts.map((alert) => inFolder(folder, alert, ['urlFile', 'secretFile'])),
    ...(uplink === undefined
      ? {}
      : {
          uplink: {
            ...inFolder(folder, { ...uplink, tls: inFolder(folder, uplink.tls, ['ca', 'cert', 'key']) }, [
              'passwordFile',
            ]),
            clientId: uplink.clientId ?? clientId,
            topic: placed(uplink.topic),
          },
        }),
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
