import { loadConfig } from '../../config/load.ts';
import { ConfigRejected, type LoadedConfig } from '../../config/loaded.ts';
import type { Secret } from '../../config/secret.ts';
import { loadSecrets } from '../../config/secrets.ts';
import { mappingOf } from '../../daemon/setup.ts';
import { Failure } from '../../domain/failure.ts';
import type { Mapping } from '../../mapping/compile.ts';
import { type ServiceCredential, serviceCredentials } from '../service-credentials.ts';

/** One thing that is wrong: where (`FILE:LINE:COL: key.path: `, or nothing), and what, in English. */
export interface Said {
  readonly place: string;
  /** The config's key; '' where there is none. */
  readonly key: string;
  readonly message: string;
}

/** All that could be read of a config, however wrong it is. */
export interface ConfigReading {
  readonly file: string;
  /** Undefined where nothing of it can be used. Its wrong parts hold stand-ins: ask `wrong` before a part is used. */
  readonly loaded: LoadedConfig | undefined;
  readonly mistakes: readonly Said[];
  /** What is no mistake but can hardly be meant. */
  readonly warnings: readonly string[];
  /** The rules; undefined where they are wrong. */
  readonly mapping: Mapping | undefined;
  readonly secrets: SecretsReading;
  /** Whether a mistake concerns one of these keys, what is in them or what they are in. */
  wrong(...keys: readonly string[]): boolean;
}

/** What could be read of the key, the password and the certificates. */
export interface SecretsReading {
  readonly mistakes: readonly Said[];
  readonly warnings: readonly string[];
  readonly gateKey: Secret | undefined;
  readonly mqttPassword: Secret | undefined;
  /** What is missing here and the service has: of `gate.key` and `mqtt.password`. */
  readonly service: readonly ServiceCredential[];
}

/** Reads a config, its rules and its secrets, each as far as it goes. Never throws. */
export function readConfig(file: string, env: NodeJS.ProcessEnv): ConfigReading {
  const mistakes: Said[] = [];
  const loaded = tolerant(
    () => loadConfig(file, env),
    mistakes,
    (rejected) => rejected.mended,
  );
  const mapping = loaded && tolerant(() => mappingOf(loaded), mistakes);
  const secrets = loaded ? readSecrets(loaded, env) : NO_SECRETS;
  const keys = [...mistakes, ...secrets.mistakes].map(({ key }) => key);
  const concerns = (asked: string, key: string) =>
    `${key}.`.startsWith(`${asked}.`) || key.startsWith(`${asked}[`) || asked.startsWith(`${key}.`);
  return {
    file,
    loaded,
    mistakes,
    warnings: loaded?.warnings ?? [],
    mapping,
    secrets,
    wrong: (...asked) => asked.some((one) => keys.some((key) => concerns(one, key))),
  };
}

const NO_SECRETS: SecretsReading = {
  mistakes: [],
  warnings: [],
  gateKey: undefined,
  mqttPassword: undefined,
  service: [],
};

function readSecrets(loaded: LoadedConfig, env: NodeJS.ProcessEnv): SecretsReading {
  const read = readFound(loaded, env);
  const { username, passwordFile } = loaded.config.mqtt;
  const wanted = [
    ...(read.mistakes.some(isKeyMissing) ? ['gate.key'] : []),
    ...(username !== undefined && passwordFile === undefined && !read.mqttPassword ? ['mqtt.password'] : []),
  ];
  if (wanted.length === 0) return read;
  const service = serviceCredentials(loaded.file, env).filter(({ name }) => wanted.includes(name));
  const keyed = service.some(({ name }) => name === 'gate.key');
  return { ...read, service, mistakes: read.mistakes.filter((said) => !keyed || !isKeyMissing(said)) };
}

/** Whether a mistake is that the key is nowhere where this command looks. */
export function isKeyMissing({ key, message }: Pick<Said, 'key' | 'message'>): boolean {
  return key === 'gate.keyFile' && message.startsWith('no key anywhere');
}

function readFound(loaded: LoadedConfig, env: NodeJS.ProcessEnv): SecretsReading {
  const mistakes: Said[] = [];
  const all = tolerant(() => loadSecrets(loaded, env), mistakes);
  if (all) {
    const { warnings, gateKey, mqttPassword } = all;
    return { mistakes, warnings, gateKey, mqttPassword, service: [] };
  }
  // One of them is wrong; the others may be used all the same.
  const { gate, mqtt } = loaded.config;
  const { keyFile: _, ...keyless } = { ...gate, tls: {} };
  const { passwordFile: __, ...passwordless } = { ...mqtt, tls: {} };
  const tryWith = (config: Pick<LoadedConfig['config'], 'gate' | 'mqtt'>, more: NodeJS.ProcessEnv) =>
    tolerant(
      () => loadSecrets({ ...loaded, config: { ...loaded.config, ...config } }, { ...env, ...more }),
      [],
    );
  const keyed = tryWith({ gate: { ...gate, tls: {} }, mqtt: passwordless }, {});
  const lettered = tryWith({ gate: keyless, mqtt: { ...mqtt, tls: {} } }, { PILEGATE_GATE_KEY: 'stand-in' });
  return {
    mistakes,
    warnings: [...new Set([...(keyed?.warnings ?? []), ...(lettered?.warnings ?? [])])],
    gateKey: keyed?.gateKey,
    mqttPassword: lettered?.mqttPassword,
    service: [],
  };
}

/** What `read` gives; where it fails with words for a person, they are kept, and what is left of it is given. */
function tolerant<T>(
  read: () => T,
  said: Said[],
  left: (rejected: ConfigRejected) => T | undefined = () => undefined,
): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (!(error instanceof ConfigRejected)) {
      said.push({ place: '', key: '', message: error.message });
      return undefined;
    }
    for (const { file, line, column, key, message } of error.mistakes)
      said.push({ place: `${file}:${line}:${column}: ${key === '' ? '' : `${key}: `}`, key, message });
    return left(error);
  }
}
