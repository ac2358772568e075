import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseConfig } from '../../config/document.ts';
import { readSetup } from '../../daemon/setup.ts';

/** The config's values without its secrets, and the secrets that are known. */
export interface ConfigPart {
  /** For `config.json`; still to be redacted. */
  readonly value: unknown;
  readonly secrets: readonly string[];
}

/** Files beside the config that hold a secret: as long as this at most, bytes. */
const MAX_SECRET = 16_384;
/** Their names: `gate.key`, `mqtt.password`, `wecom.url` and what people call such files. */
const SECRET_FILE = /^gate\.|^mqtt\.|^alert\.|\.(?:key|pem|url|txt|env)$|pass|secret|token|密/i;
/** Names of members that hold no secret by this program's rules, and yet may where a person put one. */
const SECRET_NAME = /pass|pwd|secret|token|credential|sign|密钥|密码|口令|^key$|[a-z_]key$|^sk$|^ak$/i;
/** Under these a member's name is the person's own choice, or `key` means something else. */
const OWN_NAMES = new Set(['fields', 'where', 'contexts', 'devices', 'tls', 'decode', 'each', 'extraFields']);

/**
 * Reads a config for a support archive: its values without comments, which may say anything. Never throws for the
 * config's sake.
 */
export function configPart(file: string, env: NodeJS.ProcessEnv): ConfigPart {
  const secrets = [...secretsOf(file, env)];
  let value: unknown;
  try {
    value = masked(parseConfig(readFileSync(file, 'utf8')).value, [], (secret) => secrets.push(secret));
  } catch (error) {
    value = { unreadable: error instanceof Error ? error.message : String(error) };
  }
  return { value, secrets };
}

function* secretsOf(file: string, env: NodeJS.ProcessEnv): Generator<string> {
  const { secrets } = readSetup(file, env);
  yield* Object.values(secrets.gate?.reveal() ?? {});
  for (const one of [secrets.mqttPassword, secrets.uplinkPassword]) if (one) yield one.reveal();
  for (const alert of secrets.alerts)
    for (const one of [alert?.url, alert?.secret]) if (one) yield one.reveal();
  for (const [name, value = ''] of Object.entries(env))
    if (/^PILEGATE_(?!CONFIG$)/.test(name) && value.length >= 4) yield value;
  // Where the config is too wrong to say which.
  for (const folder of [dirname(resolve(file)), env['CREDENTIALS_DIRECTORY']])
    if (folder) yield* secretFiles(folder);
}

function* secretFiles(folder: string): Generator<string> {
  try {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      const { size } = statSync(path);
      if (SECRET_FILE.test(name) && size <= MAX_SECRET && statSync(path).isFile())
        yield readFileSync(path, 'utf8');
    }
  } catch {
    // Not this user's to read; nor can anything of it be in the archive then.
  }
}

/** A config's value with secrets that a person typed into it masked. */
function masked(value: unknown, path: readonly string[], found: (secret: string) => void): unknown {
  if (Array.isArray(value)) return value.map((one) => masked(one, path, found));
  if (typeof value !== 'object' || value === null) return value;
  const own = path.some((name) => OWN_NAMES.has(name));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      if (path.at(-1) === 'extraFields') return [name, '***'];
      const isFile = /file$/i.test(name) || name === 'signEmptyFields';
      if (own || isFile || !SECRET_NAME.test(name) || typeof member === 'object')
        return [name, masked(member, [...path, name], found)];
      if (typeof member === 'string') found(member);
      return [name, '***'];
    }),
  );
}
