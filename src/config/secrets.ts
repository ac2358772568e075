/**
 * Finds the gate's key and the broker's password, which are never in the config: the file that the config names,
 * else the systemd credential, else the environment, else a file beside the config.
 */
import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { LoadedConfig } from './loaded.ts';
import type { Mistake, Path } from './mistakes.ts';
import { readNamed } from './read-file.ts';
import { Secret, type SecretOrigin } from './secret.ts';

/** The secrets of a config. */
export interface Secrets {
  readonly gateKey: Secret;
  /** Undefined where the broker wants none. */
  readonly mqttPassword?: Secret;
  /** What is odd about the files, a line each: a BOM, CR LF, readable by everyone. */
  readonly warnings: readonly string[];
}

interface Wanted {
  /** The credential's name, and the file's beside the config. */
  readonly name: string;
  readonly variable: string;
  /** The config's key for its file. */
  readonly path: Path;
  readonly file: string | undefined;
}

/**
 * @param env for `$CREDENTIALS_DIRECTORY`, `$PILEGATE_GATE_KEY`, `$PILEGATE_MQTT_PASSWORD`; a blank one is none
 * @throws ConfigRejected (exit 78) where the key is nowhere, or a file named is missing, unreadable or empty; also
 *   where a TLS file of the config is: all of it at once, each with the remedy
 */
export function loadSecrets(loaded: LoadedConfig, env: NodeJS.ProcessEnv): Secrets {
  const { gate, mqtt } = loaded.config;
  const folder = dirname(resolve(loaded.file));
  const mistakes: Mistake[] = [];
  const warnings: string[] = [];
  const find = (wanted: Wanted): Secret | undefined => {
    try {
      const found = locate(wanted, folder, env);
      if (!found) return undefined;
      const { value, oddities } = tidied(found.bytes, found.origin, wanted.name === 'gate.key');
      warnings.push(...oddities);
      if (found.from === 'file') warnings.push(...exposure(found.origin));
      return new Secret(value, found.from, found.origin);
    } catch (error) {
      mistakes.push({ path: wanted.path, message: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  };

  const key = {
    name: 'gate.key',
    variable: 'PILEGATE_GATE_KEY',
    path: ['gate', 'keyFile'],
    file: gate.keyFile,
  };
  const gateKey = find(key);
  if (!gateKey && mistakes.length === 0)
    mistakes.push({
      path: key.path,
      message: `no key anywhere: put it into ${join(folder, key.name)}, or name its file here${
        env['CREDENTIALS_DIRECTORY'] ? ', or give the systemd credential gate.key' : ''
      }, or set ${key.variable}`,
    });
  const mqttPassword = find(mqttPasswordOf(mqtt.passwordFile));
  mistakes.push(...tlsMistakes('gate', gate.tls), ...tlsMistakes('mqtt', mqtt.tls));
  for (const { key: file } of [gate.tls, mqtt.tls]) if (file !== undefined) warnings.push(...exposure(file));
  if (!gateKey || mistakes.length > 0) throw loaded.reject(mistakes);
  return { gateKey, ...(mqttPassword ? { mqttPassword } : {}), warnings };
}

/**
 * The broker's password alone, for a command that never speaks to the gate.
 * @throws ConfigRejected (exit 78) where it is named and cannot be read, or a TLS file of the broker cannot
 */
export function loadMqttPassword(loaded: LoadedConfig, env: NodeJS.ProcessEnv): Secret | undefined {
  const { mqtt } = loaded.config;
  const mistakes = tlsMistakes('mqtt', mqtt.tls);
  let password: Secret | undefined;
  try {
    const found = locate(mqttPasswordOf(mqtt.passwordFile), dirname(resolve(loaded.file)), env);
    password = found && new Secret(tidied(found.bytes, found.origin, false).value, found.from, found.origin);
  } catch (error) {
    mistakes.push({
      path: ['mqtt', 'passwordFile'],
      message: error instanceof Error ? error.message : String(error),
    });
  }
  if (mistakes.length > 0) throw loaded.reject(mistakes);
  return password;
}

function mqttPasswordOf(file: string | undefined): Wanted {
  return { name: 'mqtt.password', variable: 'PILEGATE_MQTT_PASSWORD', path: ['mqtt', 'passwordFile'], file };
}

function locate(
  { name, variable, file }: Wanted,
  folder: string,
  env: NodeJS.ProcessEnv,
): { bytes: Buffer; from: SecretOrigin; origin: string } | undefined {
  if (file !== undefined) return { bytes: readNamed(file), from: 'file', origin: file };
  const credentials = env['CREDENTIALS_DIRECTORY'];
  if (credentials && existsSync(join(credentials, name))) {
    const bytes = readNamed(join(credentials, name));
    if (bytes.toString('latin1').trim() !== '')
      return { bytes, from: 'credential', origin: `credential ${name}` };
  }
  const value = env[variable];
  if (value?.trim())
    return { bytes: Buffer.from(value), from: 'environment', origin: `environment ${variable}` };
  const beside = join(folder, name);
  return existsSync(beside) ? { bytes: readNamed(beside), from: 'file', origin: beside } : undefined;
}

/** What editors, chats and clipboards leave around a text: blanks of any kind, line ends, marks that nobody sees. */
const AROUND = /^[\s\p{Cf}]+|[\s\p{Cf}]+$/gu;

const QUOTED = /^["'\u2018\u2019\u201c\u201d\uff02\uff07](.+)["'\u2018\u2019\u201c\u201d\uff02\uff07]$/su;

/** The secret without what editors add around it, and what that was. */
function tidied(bytes: Buffer, origin: string, isKey: boolean): { value: string; oddities: string[] } {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new Error(`${origin} is not UTF-8 text: save it as plain text`, { cause: error });
  }
  const bareText = text.replace(AROUND, '');
  // A gate platform's key has no quotes at both ends: a file or a chat put them there. A password may have them.
  const quoted = isKey ? QUOTED.exec(bareText) : null;
  const value = (quoted?.[1] ?? bareText).replace(AROUND, '');
  if (value === '') throw new Error(`${origin} is empty: write the secret into it, on one line`);
  if (/\p{Cc}/u.test(value))
    throw new Error(`${origin} has more than one line: write the secret alone into it, on one line`);
  const hidden = /[\p{Cf}\p{Zs}\p{Zl}\p{Zp}]/u.exec(value.replaceAll(' ', ''));
  const bare = text.replace(/^\uFEFF/, '').replace(/(\r?\n)+$/, '');
  return {
    value,
    oddities: [
      ...(text.startsWith('\uFEFF')
        ? [`${origin} begins with a byte order mark (BOM), which was left out`]
        : []),
      ...(text.includes('\r') ? [`${origin} ends its line with CR LF, which was left out`] : []),
      ...(bare !== bareText ? [`${origin} has blanks around the secret, which were left out`] : []),
      ...(quoted ? [`${origin} has quotes around the secret, which were left out`] : []),
      ...(hidden ? [`${origin} has an invisible character inside the secret: type it anew`] : []),
    ],
  };
}

function exposure(file: string): string[] {
  try {
    return (statSync(file).mode & 0o004) === 0
      ? []
      : [`${file} can be read by every user: chmod 600 ${file}`];
  } catch {
    // What is wrong with the file is told where it is read.
    return [];
  }
}

function tlsMistakes(room: string, tls: Readonly<Record<string, string | undefined>>): Mistake[] {
  return Object.entries(tls).flatMap(([key, file]) => {
    if (file === undefined) return [];
    try {
      if (readNamed(file).includes('-----BEGIN ')) return [];
      return [{ path: [room, 'tls', key], message: `${file} is no PEM file: it has no line -----BEGIN …` }];
    } catch (error) {
      return [{ path: [room, 'tls', key], message: error instanceof Error ? error.message : String(error) }];
    }
  });
}
