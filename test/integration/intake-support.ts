import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { startBroker } from '../support/broker.ts';
import { type DaemonProcess, spawnDaemon } from '../support/daemon.ts';
import { type IndependentGate, startIndependentGate } from '../support/independent-gate.ts';
import type { Broker } from '../support/mosquitto.ts';
import { TEST_KEY, tempDir, writeConfig } from '../support/tmp.ts';

/** A broker, a gate and a daemon between them. */
export interface Station {
  readonly broker: Broker;
  readonly gate: IndependentGate;
  readonly daemon: DaemonProcess;
  /** The config's file; the outbox lies beside it. */
  readonly config: string;
  /** Rows of the outbox that answer a query. */
  rows(sql: string): Readonly<Record<string, unknown>>[];
}

/** How a station differs from the plain one. */
export interface StationPlan {
  readonly broker?: Broker;
  readonly gate?: IndependentGate;
  readonly overrides?: Readonly<Record<string, unknown>>;
  /** Laid over the daemon's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts them, and waits until the daemon is ready. */
export async function startStation({
  overrides = {},
  env = {},
  ...given
}: StationPlan = {}): Promise<Station> {
  const broker = given.broker ?? (await startBroker());
  const gate = given.gate ?? (await startIndependentGate(TEST_KEY));
  const config = writeConfig(tempDir(), { broker, gateUrl: gate.url, overrides });
  const daemon = spawnDaemon({ config, env });
  await daemon.ready();
  return { broker, gate, daemon, config, rows: (sql) => rowsOf(join(dirname(config), 'outbox.db'), sql) };
}

/** Rows of an outbox file that answer a query. */
export function rowsOf(path: string, sql: string): Readonly<Record<string, unknown>>[] {
  const db = new Database(path, { readonly: true });
  try {
    return db.prepare<[], Readonly<Record<string, unknown>>>(sql).all();
  } finally {
    db.close();
  }
}
