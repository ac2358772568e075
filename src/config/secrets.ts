/**
 * Finds the gate's secrets and the broker's password, which are never in the config: the file that the config names,
 * else the systemd credential, else the environment, else a file beside the config.
 */
import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { reason } from '../domain/reason.ts';
import type { SecretOddity } from '../domain/reasons/config.ts';
import { gateSecretsOf, type WantedSecret } from './gate-secrets.ts';
import type { LoadedConfig, Notice } from './loaded.ts';
import type { Mistake } from './mistakes.ts';
import { ReasonedError, readNamed, reasonOf } from './read-file.ts';
import { Secret, type SecretOrigin, SecretSet } from './secret.ts';

/** The secrets of a config, each as far as it could be read. */
export interface SecretsReading {
  /** Undefined where one of them is missing or wrong. */
  readonly gate: SecretSet | undefined;
  /** Undefined where the broker wants none, too. */
  readonly mqttPassword: Secret | undefined;
  /** Of each entry of `alerts`, in their order; undefined where its address is nowhere or wrong. */
  readonly alerts: readonly (AlertSecrets | undefined)[];
  readonly uplinkPassword: Secret | undefined;
  /** A key that is nowhere, a file that is missing, unreadable or empty, a TLS file that is none. */
  readonly mistakes: readonly Mistake[];
  /** What is odd about the files: a BOM, CR LF, blanks. */
  readonly warnings: readonly Notice[];
  /** The files with a secret or a private key that every user may read; `mode` in octal digits. */
  readonly readable: readonly ReadableSecret[];
}

/** Where an alert is posted to, and what the post is signed with. */
export interface AlertSecrets {
  readonly url: Secret;
  readonly secret: Secret | undefined;
}

/** A file with a secret that every user may read. */
export interface ReadableSecret {
  readonly file: string;
  readonly mode: string;
}

/**
 * Reads the secrets of a config, and looks at its TLS files. Never throws for a file's sake.
 * @param env for `$CREDENTIALS_DIRECTORY`, `$PILEGATE_GATE_KEY` and the like, `$PILEGATE_MQTT_PASSWORD`; a blank one is none
 */
export function readSecrets(loaded: LoadedConfig, env: NodeJS.ProcessEnv): SecretsReading {
  const { gate, mqtt } = loaded.config;
  const folder = dirname(resolve(loaded.file));
  const mistakes: Mistake[] = [];
  const warnings: Notice[] = [];
  const readable: ReadableSecret[] = [];
  const find = (wanted: WantedSecret): Secret | undefined => {
    try {
      const found = locate(wanted, folder, env);
      if (!found) return undefined;
      const { value, oddities } = tidied(found.bytes, found.origin, wanted.name.startsWith('gate.'));
      const { origin } = found;
      for (const oddity of oddities)
        warnings.push({ place: '', reason: reason('secret.odd', { origin, oddity }) });
      warnings.push(...lengthWarnings(wanted, value, origin));
      if (found.from === 'file') readable.push(...exposure(origin));
      return new Secret(value, found.from, found.origin);
    } catch (error) {
      mistakes.push({ path: wanted.path, reason: reasonOf(error) });
      return undefined;
    }
  };

  const found: Record<string, Secret> = {};
  for (const [key, wanted] of Object.entries(gateSecretsOf(gate))) {
    const before = mistakes.length;
    const secret = find(wanted);
    if (secret) found[key] = secret;
    else if (mistakes.length === before)
      mistakes.push({
        path: wanted.path,
        reason: reason('secret.missing', {
          name: wanted.name,
          file: join(folder, wanted.name),
          credential: Boolean(env['CREDENTIALS_DIRECTORY']),
          variable: wanted.variable,
        }),
      });
  }
  const gateSecrets = mistakes.length === 0 ? new SecretSet(found) : undefined;
  const mqttPassword = find(mqttPasswordOf(mqtt.passwordFile));
  const alerts = loaded.config.alerts.map(({ urlFile, secretFile, to }, index): AlertSecrets | undefined => {
    const before = mistakes.length;
    const path = ['alerts', index];
    const [name, variable] = [`alert.${index + 1}`, `PILEGATE_ALERT_${index + 1}`];
    const credential = `${name}.url`;
    const url = find({
      name: credential,
      variable: `${variable}_URL`,
      path: [...path, 'urlFile'],
      file: urlFile,
    });
    const signed = to === 'dingtalk' || to === 'feishu';
    const secret = signed
      ? find({
          name: `${name}.secret`,
          variable: `${variable}_SECRET`,
          path: [...path, 'secretFile'],
          file: secretFile,
        })
      : undefined;
    if (mistakes.length > before) return undefined;
    const where = { path: urlFile === undefined ? path : [...path, 'urlFile'] };
    if (url === undefined) {
      const file = join(folder, credential);
      const reasoned = reason('secret.no-alert-url', { file, credential, variable: `${variable}_URL` });
      mistakes.push({ ...where, reason: reasoned });
    } else if (!/^https?:$/.test(URL.parse(url.reveal())?.protocol ?? ''))
      mistakes.push({ ...where, reason: reason('secret.not-an-address', { origin: url.origin }) });
    else return { url, secret };
    return undefined;
  });
  const { uplink } = loaded.config;
  const uplinkPassword =
    uplink &&
    find({
      name: 'uplink.password',
      variable: 'PILEGATE_UPLINK_PASSWORD',
      path: ['uplink', 'passwordFile'],
      file: uplink.passwordFile,
    });
  const links = { gate: gate.tls, mqtt: mqtt.tls, ...(uplink ? { uplink: uplink.tls } : {}) };
  for (const [room, tls] of Object.entries(links)) mistakes.push(...tlsMistakes(room, tls));
  for (const { key: file } of Object.values(links)) if (file !== undefined) readable.push(...exposure(file));
  return { gate: gateSecrets, mqttPassword, alerts, uplinkPassword, mistakes, warnings, readable };
}

/** The gate's secret that a mistake says is nowhere where this command looks, by its credential's name. */
export function missingSecret({ reason: { code, params } }: Pick<Mistake, 'reason'>): string | undefined {
  return code === 'secret.missing' ? String(params['name']) : undefined;
}

/** An environment that has every secret of every dialect, all made up: to read the rest of a config without them. */
export const STAND_INS: Readonly<Record<string, string>> = Object.fromEntries(
  ['KEY', 'OPERATOR_SECRET', 'DATA_SECRET', 'DATA_SECRET_IV', 'SIG_SECRET'].map((name) => [
    `PILEGATE_GATE_${name}`,
    'stand-in-16bytes',
  ]),
);

/** @throws ReasonedError where the secret has not the length that its cipher takes */
function lengthWarnings({ bytes: allowed, usual }: WantedSecret, value: string, origin: string): Notice[] {
  const bytes = Buffer.byteLength(value);
  if (allowed !== undefined && bytes !== allowed)
    throw new ReasonedError(reason('secret.length', { origin, bytes, allowed }));
  return usual === undefined || bytes === usual
    ? []
    : [{ place: '', reason: reason('secret.unusual-length', { origin, bytes, usual }) }];
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
      reason: reasonOf(error),
    });
  }
  if (mistakes.length > 0) throw loaded.reject(mistakes);
  return password;
}

function mqttPasswordOf(file: string | undefined): WantedSecret {
  return { name: 'mqtt.password', variable: 'PILEGATE_MQTT_PASSWORD', path: ['mqtt', 'passwordFile'], file };
}

function locate(
  { name, variable, file }: WantedSecret,
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
function tidied(bytes: Buffer, origin: string, isKey: boolean): { value: string; oddities: SecretOddity[] } {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new ReasonedError(reason('secret.not-text', { origin }), { cause: error });
  }
  const bareText = text.replace(AROUND, '');
  // A gate platform's key has no quotes at both ends: a file or a chat put them there. A password may have them.
  const quoted = isKey ? QUOTED.exec(bareText) : null;
  const value = (quoted?.[1] ?? bareText).replace(AROUND, '');
  if (value === '') throw new ReasonedError(reason('secret.empty', { origin }));
  if (/\p{Cc}/u.test(value)) throw new ReasonedError(reason('secret.lines', { origin }));
  const hidden = /[\p{Cf}\p{Zs}\p{Zl}\p{Zp}]/u.exec(value.replaceAll(' ', ''));
  const bare = text.replace(/^\uFEFF/, '').replace(/(\r?\n)+$/, '');
  return {
    value,
    oddities: [
      ...(text.startsWith('\uFEFF') ? (['bom'] as const) : []),
      ...(text.includes('\r') ? (['cr'] as const) : []),
      ...(bare !== bareText ? (['blanks'] as const) : []),
      ...(quoted ? (['quotes'] as const) : []),
      ...(hidden ? (['invisible'] as const) : []),
    ],
  };
}

function exposure(file: string): ReadableSecret[] {
  try {
    const { mode } = statSync(file);
    return (mode & 0o004) === 0 ? [] : [{ file, mode: (mode & 0o777).toString(8).padStart(4, '0') }];
  } catch {
    // What is wrong with the file is said where it is read.
    return [];
  }
}

function tlsMistakes(room: string, tls: Readonly<Record<string, string | undefined>>): Mistake[] {
  return Object.entries(tls).flatMap(([key, file]) => {
    if (file === undefined) return [];
    try {
      if (readNamed(file).includes('-----BEGIN ')) return [];
      return [{ path: [room, 'tls', key], reason: reason('file.not-pem', { file }) }];
    } catch (error) {
      return [{ path: [room, 'tls', key], reason: reasonOf(error) }];
    }
  });
}
