/** Secrets that only the service sees: systemd hands credentials to it, and to no command that a person runs. */
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { shellWord } from './payload.ts';

/** A credential that the service has. */
export interface ServiceCredential {
  readonly name: string;
  /** As the unit says it: `LoadCredentialEncrypted=gate.key:/etc/credstore.encrypted/gate.key`. */
  readonly line: string;
}

/** What systemd takes to tell of a unit's files, milliseconds. */
const PATIENCE_MS = 3_000;

/**
 * The credentials that the service of this config has and this process has not, by what its unit says. None where this
 * is the service itself, where there is no such service, or where it runs with another config.
 * @param file the config
 */
export function serviceCredentials(file: string, env: NodeJS.ProcessEnv): readonly ServiceCredential[] {
  if (env['CREDENTIALS_DIRECTORY']) return [];
  let unit: string;
  try {
    unit = execFileSync('systemctl', ['cat', 'pilegate.service'], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: PATIENCE_MS,
    });
  } catch {
    // No systemd, or no such service: then nobody has credentials.
    return [];
  }
  return credentialsOf(unit, resolve(file), mayBeThere);
}

/** The command that runs `pilegate WORDS` with these credentials, as the service does. */
export function withCredentials(
  credentials: readonly ServiceCredential[],
  ...words: readonly string[]
): string {
  const properties = credentials.map(({ line }) => `-p ${shellWord(line)}`);
  return ['sudo systemd-run --pipe --wait --quiet', ...properties, '/usr/bin/pilegate', ...words].join(' ');
}

/**
 * The credentials of a unit, as `systemctl cat` tells it: the file and then its drop-ins, of which an empty setting
 * takes back what came before.
 * @param config the config that the unit must run with
 */
export function credentialsOf(
  unit: string,
  config: string,
  isThere: (path: string) => boolean,
): ServiceCredential[] {
  let found: ServiceCredential[] = [];
  let runs = '/etc/pilegate/config.yaml';
  for (const text of unit.split('\n')) {
    const line = text.trim();
    const [, setting, name, value] =
      /^((?:Load|Set)Credential(?:Encrypted)?)=([^:]*)(?::(.*))?$/.exec(line) ?? [];
    if (line.startsWith('ExecStart=/')) runs = /--config[= ](\S+)/.exec(line)?.[1] ?? runs;
    if (setting === undefined || name === undefined) continue;
    if (name === '') found = found.filter((one) => !one.line.startsWith(`${setting}=`));
    else if (setting.startsWith('Set') ? isSet(value) : value === undefined || isThere(value))
      found = [...found.filter((one) => one.name !== name), { name, line }];
  }
  return runs === config ? found : [];
}

/** A blank one means that there is none. */
function isSet(value = ''): boolean {
  return value.replace(/\\[nrt]|\s/g, '') !== '';
}

/** What this user may not look at may be there. */
function mayBeThere(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EACCES';
  }
}
