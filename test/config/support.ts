import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import type { LoadedConfig } from '../../src/config/loaded.ts';
import type { SecretSet } from '../../src/config/secret.ts';
import { readSecrets, type SecretsReading } from '../../src/config/secrets.ts';
import { Failure } from '../../src/domain/failure.ts';
import { tempDir } from '../support/tmp.ts';

/** Where these configs are. */
export const dir = tempDir();

/** The least that a config must say; seven lines. */
export const MINIMAL = `station: { id: "3302120001", name: 示例充电站 }
gate:
  baseUrl: http://127.0.0.1:8080/
  portName: example
  parkId: "3302122004"
sources:
  - { name: session-end, topic: "piles/{deviceId}/session/end", profile: pilegate }
`;

/** Writes a config and gives its path. */
export function write(text: string | Uint8Array): string {
  const file = join(dir, 'config.yaml');
  writeFileSync(file, text);
  return file;
}

/** Loads a config given as text. */
export function load(text: string, env: NodeJS.ProcessEnv = {}): LoadedConfig {
  return loadConfig(write(text), env);
}

/** The lines of the failure, without the folder; none where the config is right. */
export function mistakes(text: string | Uint8Array): string[] {
  const file = write(text);
  try {
    loadConfig(file, {});
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    expect(error.exitCode).toBe(78);
    return error.message.replaceAll(`${dir}/`, '').split('\n');
  }
  return [];
}

/** Secrets, all of which were found. */
export type FoundSecrets = SecretsReading & { readonly gate: SecretSet };

/** The secrets, all of which are there. @throws ConfigRejected where one is not */
export function loadSecrets(loaded: LoadedConfig, env: NodeJS.ProcessEnv): FoundSecrets {
  const read = readSecrets(loaded, env);
  const { gate, mistakes: wrong } = read;
  if (gate === undefined || wrong.length > 0) throw loaded.reject(wrong);
  return { ...read, gate };
}
