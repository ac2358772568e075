import { randomUUID } from 'node:crypto';
import { gateIdentity } from '../config/gate-secrets.ts';
import { loadConfig } from '../config/load.ts';
import {
  ConfigRejected,
  ConfigUnreadable,
  type LoadedConfig,
  type Notice,
  type PlacedMistake,
} from '../config/loaded.ts';
import type { Secret, SecretSet } from '../config/secret.ts';
import { type AlertSecrets, readSecrets, type SecretsReading } from '../config/secrets.ts';
import { reason } from '../domain/reason.ts';
import type { StationIdentity } from '../domain/record.ts';
import { StationZone } from '../domain/station-time.ts';
import type { Warning } from '../domain/warnings.ts';
import { openDialect } from '../gate/dialects.ts';
import type { Dialect } from '../gate/port.ts';
import { compileMapping, type Mapping } from '../mapping/compile.ts';
import type { Issue } from '../mapping/issues.ts';
import { overlap, parseTopic } from '../mapping/topic.ts';

/** The secrets that a config is run with. */
export interface Secrets {
  readonly gate: SecretSet;
  /** Undefined where the broker wants none. */
  readonly mqttPassword?: Secret;
  /** Of each entry of `alerts`, in their order. */
  readonly alerts: readonly AlertSecrets[];
  readonly uplinkPassword?: Secret;
}

/** All that a config brings: itself, the secrets it names, and its rules, compiled. */
export interface Setup {
  readonly loaded: LoadedConfig;
  readonly secrets: Secrets;
  readonly mapping: Mapping;
  /** What is not a mistake but can hardly be meant. */
  readonly warnings: readonly Notice[];
  /** What the config leaves open to others, as warnings that stand for as long as it is in force. */
  readonly exposures: readonly Exposure[];
}

/** A warning of what a config leaves open to others: `secret-readable` or `page-exposed`. */
export type Exposure = Pick<Warning, 'code' | 'params'>;

/** All that could be read of a config, its rules and its secrets, however wrong they are. */
export interface SetupReading {
  readonly file: string;
  /** Why the file cannot be read at all. */
  readonly unreadable: ConfigUnreadable | undefined;
  /** Undefined where nothing of it can be used. Its wrong parts hold stand-ins: ask `wrong` before a part is used. */
  readonly loaded: LoadedConfig | undefined;
  /** The mistakes of the config and its rules. */
  readonly mistakes: readonly PlacedMistake[];
  /** What is not a mistake of the config and its rules but can hardly be meant. */
  readonly warnings: readonly Notice[];
  /** The rules; undefined where they are wrong. */
  readonly mapping: Mapping | undefined;
  readonly secrets: Omit<SecretsReading, 'mistakes'> & { readonly mistakes: readonly PlacedMistake[] };
  readonly exposures: readonly Exposure[];
}

const NO_SECRETS = {
  gate: undefined,
  mqttPassword: undefined,
  alerts: [],
  uplinkPassword: undefined,
  mistakes: [],
  warnings: [],
  readable: [],
};

/** Reads a config, its rules and its secrets, each as far as it goes: for `run`, `check` and `doctor` alike. */
export function readSetup(file: string, env: NodeJS.ProcessEnv): SetupReading {
  const mistakes: PlacedMistake[] = [];
  let loaded: LoadedConfig | undefined;
  let unreadable: ConfigUnreadable | undefined;
  try {
    loaded = loadConfig(file, env);
  } catch (error) {
    if (error instanceof ConfigRejected) {
      mistakes.push(...error.mistakes);
      loaded = error.mended;
    } else if (error instanceof ConfigUnreadable) unreadable = error;
    else throw error;
  }
  if (loaded === undefined) {
    const rest = { warnings: [], mapping: undefined, secrets: NO_SECRETS, exposures: [] };
    return { file, unreadable, loaded, mistakes, ...rest };
  }
  const { mapping, issues } = compileRules(loaded);
  const errors = issues.filter(({ severity }) => severity === 'error');
  mistakes.push(...loaded.reject(errors).mistakes);
  const odd = issues
    .filter(({ severity }) => severity === 'warning')

    .map(loaded.notice);
  const secrets = readSecrets(loaded, env);
  return {
    file,
    unreadable,
    loaded,
    mistakes,
    warnings: [...loaded.warnings, ...odd, ...loginsInClear(loaded, secrets)],
    mapping: errors.length === 0 ? mapping : undefined,
    secrets: { ...secrets, mistakes: loaded.reject(secrets.mistakes).mistakes },
    exposures: exposuresOf(loaded, secrets.readable),
  };
}

/**
 * Reads a config, its secrets and its rules to run with them.
 * @throws ConfigRejected (exit 78) with the mistakes of all three, in the order of the file
 * @throws ConfigUnreadable (exit 78) where the file cannot be read
 */
export function setUp(file: string, env: NodeJS.ProcessEnv): Setup {
  return setupOf(readSetup(file, env));
}

/** What a reading gives to run with. @throws ConfigRejected, ConfigUnreadable (78) where anything in it is wrong */
export function setupOf({ unreadable, loaded, mapping, ...read }: SetupReading): Setup {
  if (unreadable) throw unreadable;
  const { gate, mqttPassword, uplinkPassword, mistakes, warnings } = read.secrets;
  const alerts = read.secrets.alerts.filter((one) => one !== undefined);
  const all = [...read.mistakes, ...mistakes];
  if (!loaded || !mapping || !gate || all.length > 0) throw new ConfigRejected(all);
  return {
    loaded,
    mapping,
    secrets: {
      gate,
      ...(mqttPassword ? { mqttPassword } : {}),
      alerts,
      ...(uplinkPassword ? { uplinkPassword } : {}),
    },
    warnings: [...read.warnings, ...warnings],
    exposures: read.exposures,
  };
}

/** What the config's rules make of events. @throws ConfigRejected (78) naming each mistake by its line */
export function mappingOf(loaded: LoadedConfig): Mapping {
  const { mapping, issues } = compileRules(loaded);
  const errors = issues.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw loaded.reject(errors);
  return mapping;
}

/** What a config leaves open to others. @param readable the files with a secret that every user may read */
function exposuresOf(
  { config: { http } }: LoadedConfig,
  readable: SecretsReading['readable'],
): readonly Exposure[] {
  const exposures: Exposure[] = [];
  if (readable.length > 0) {
    const list = (key: 'file' | 'mode') => [...new Set(readable.map((one) => one[key]))].join(', ');
    exposures.push({ code: 'secret-readable', params: { file: list('file'), mode: list('mode') } });
  }
  const { listen, showPlates } = http;
  if (showPlates && listen !== undefined && !isLoopback(listen.host)) {
    const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
    exposures.push({ code: 'page-exposed', params: { listen: `${host}:${listen.port}` } });
  }
  return exposures;
}

/** A password that goes to another host unencrypted. */
function loginsInClear(
  loaded: LoadedConfig,
  { mqttPassword }: Pick<SecretsReading, 'mqttPassword'>,
): readonly Notice[] {
  if (mqttPassword === undefined) return [];
  return loaded.config.mqtt.url.flatMap((url, at, { length }) => {
    const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
    if (/^(?:mqtts|wss):/i.test(url) || isLoopback(host)) return [];
    const path = ['mqtt', 'url', ...(length === 1 ? [] : [at])];
    return [loaded.notice({ path, reason: reason('config.password-in-clear', { host }) })];
  });
}

/** Whether a host is this machine alone, by its name or address as written. */
function isLoopback(host: string): boolean {
  return /^(?:localhost\.?|127(?:\.\d{1,3}){3}|::1|(?:0{1,4}:){7}0{0,3}1|::ffff:127(?:\.\d{1,3}){3})$/i.test(
    host,
  );
}

/** Who the config says we are to the gate. */
export function identityOf({ config: { station, gate } }: LoadedConfig): StationIdentity {
  return { ...gateIdentity(gate), stationId: station.id, stationName: station.name };
}

function compileRules(loaded: LoadedConfig): ReturnType<typeof compileMapping> {
  const { sources, contexts, devices, station, gate } = loaded.config;
  const dialect = dialectOf(loaded);
  const { mapping, issues } = compileMapping({
    sources,
    contexts,
    devices,
    timeZone: station.timeZone,
    identity: identityOf(loaded),
    required: { dialect: gate.dialect, instead: dialect.needs },
  });
  return { mapping, issues: [...issues, ...unsharedSources(loaded), ...takenNames(loaded, dialect)] };
}

/** The dialect that the config chooses, for what can be said of it without its secrets. */
function dialectOf({ config: { gate, station } }: LoadedConfig): Dialect {
  const zone = new StationZone(station.timeZone);
  return openDialect(gate, {}, { now: Date.now, uuid: randomUUID, zone });
}

/** An extension field must not stand where the dialect puts a field of its own. */
function takenNames({ config: { gate } }: LoadedConfig, { reserved }: Dialect): Issue[] {
  return Object.keys(gate.extraFields)
    .filter((name) => reserved.includes(name))
    .map((name) => ({
      path: ['gate', 'extraFields', name],
      reason: reason('config.dialect-field-taken', { dialect: gate.dialect }),
      severity: 'error',
    }));
}

/**
 * Contexts are never shared, so with `shareGroup` each adapter would get every session on a topic that a context
 * takes too, and the gate every record once an adapter.
 */
function unsharedSources({ config: { mqtt, sources, contexts } }: LoadedConfig): Issue[] {
  if (mqtt.shareGroup === undefined) return [];
  return contexts.flatMap(({ topic }, at): Issue[] => {
    const filter = parseTopic(topic);
    const source = sources.find((one) => {
      const other = parseTopic(one.topic);
      return 'levels' in filter && 'levels' in other && overlap(filter, other);
    });
    if (source === undefined) return [];
    const why = reason('rules.shared-context', { source: source.name });
    return [{ path: ['contexts', at, 'topic'], reason: why, severity: 'error' }];
  });
}
