import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseConfig } from '../config/document.ts';
import { outboxPath } from '../config/loaded.ts';
import { isTimeZone, StationZone } from '../domain/station-time.ts';

/** What a command needs that works on the outbox file itself. */
export interface Place {
  /** The outbox file, absolute. */
  readonly path: string;
  readonly station: { readonly id: string; readonly name: string };
  readonly zone: StationZone;
  /** After so many refusals a record is parked (`delivery.refusal.attempts`). */
  readonly refusals: number;
}

/**
 * Finds the outbox by the config, reading no more of it than that: a technician wants to see the outbox most of all
 * when a mistake elsewhere in the config keeps the daemon from running, and wants to see it at once. Where what is
 * needed here is not plainly right, the config is read in full, which says every mistake.
 * @throws Failure (exit 78) where the config cannot be read, or is wrong in what is needed
 */
export async function findPlace(file: string, env: NodeJS.ProcessEnv): Promise<Place> {
  return glance(file, env) ?? (await readInFull(file, env));
}

/** The defaults are the schema's. */
function glance(file: string, env: NodeJS.ProcessEnv): Place | undefined {
  let source: string;
  try {
    source = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const { value, mistakes } = parseConfig(source);
  const [station, outbox] = [at(value, 'station'), at(value, 'outbox')];
  const [id, name] = [at(station, 'id'), at(station, 'name')];
  const timeZone = at(station, 'timeZone') ?? 'Asia/Shanghai';
  const path = at(outbox, 'path') ?? outboxPath(file, env);
  const refusals = at(at(at(value, 'delivery'), 'refusal'), 'attempts') ?? 8;
  const plain =
    mistakes.length === 0 &&
    isText(id) &&
    isText(name) &&
    isText(path) &&
    isText(timeZone) &&
    isTimeZone(timeZone) &&
    Number.isInteger(refusals) &&
    Object.keys(outbox ?? {}).every((key) => OUTBOX_KEYS.includes(key));
  if (!plain) return undefined;
  return {
    path: resolve(dirname(resolve(file)), path),
    station: { id, name },
    zone: new StationZone(timeZone),
    refusals: Number(refusals),
  };
}

const OUTBOX_KEYS = ['path', 'keepDelivered', 'maxSize'];

async function readInFull(file: string, env: NodeJS.ProcessEnv): Promise<Place> {
  const { loadConfig } = await import('../config/load.ts');
  const { config } = loadConfig(file, env);
  return {
    path: config.outbox.path,
    station: config.station,
    zone: new StationZone(config.station.timeZone),
    refusals: config.delivery.refusal.attempts,
  };
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Reflect.get(value, key)
    : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() === value && value !== '';
}
