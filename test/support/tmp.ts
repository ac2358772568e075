import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { atEnd } from './cleanup.ts';

/** A fresh directory under the system's temp directory, removed when the test file ends. */
export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'pilegate-test-'));
  atEnd(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
  return dir;
}

/** The key that {@link writeConfig} puts into `gate.key`; made up. */
export const TEST_KEY = '45DC1F8604F940829E75D6A76595C299';

/** What {@link writeConfig} needs to know; the rest has values of its own. */
export interface TestConfig {
  /** The broker: `url` and what protocol it speaks. */
  readonly broker: { readonly url: string; readonly protocol?: 5 | '3.1.1' };
  /** The gate's base address, for example `http://127.0.0.1:8080/`. */
  readonly gateUrl: string;
  /** The gate's key; {@link TEST_KEY} where none is given. */
  readonly key?: string;
  /** Laid over the config, object by object; lists and plain values replace, `undefined` removes. */
  readonly overrides?: Readonly<Record<string, unknown>>;
}

/**
 * Writes a small valid `config.yaml` (profile `pilegate`, outbox.db beside it, status page off) and `gate.key`
 * into `dir`, and gives the config's path.
 */
export function writeConfig(
  dir: string,
  { broker, gateUrl, key = TEST_KEY, overrides = {} }: TestConfig,
): string {
  const config = {
    station: { id: '3302120001', name: '示例充电站', timeZone: 'Asia/Shanghai' },
    gate: { baseUrl: gateUrl, portName: 'example', parkId: '3302122004', keyFile: 'gate.key' },
    mqtt: { url: broker.url, protocol: broker.protocol ?? 5 },
    sources: [{ name: 'session-end', topic: 'piles/{deviceId}/session/end', profile: 'pilegate' }],
    outbox: { path: 'outbox.db' },
    http: { listen: 'off' },
  };
  const path = join(dir, 'config.yaml');
  writeFileSync(path, stringify(overlay(config, overrides)));
  writeFileSync(join(dir, 'gate.key'), `${key}\n`, { mode: 0o600 });
  return path;
}

function overlay(base: unknown, over: unknown): unknown {
  if (!isObject(base) || !isObject(over)) return over;
  const merged: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(over)) merged[name] = overlay(merged[name], value);
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
