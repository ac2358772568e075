/**
 * How an installation stands: what the daemon knows of itself, and what the outbox file says. Written by the daemon for
 * `status`, `doctor` and whoever else looks from outside; judged by `health.ts`. Times are epoch milliseconds.
 */
import { GATE_STATES, type GateView } from './delivery.ts';
import { reasonIn } from './reason.ts';
import { readWarnings, type Warning } from './warnings.ts';

/** Records by state, and open events in quarantine. */
export interface Counts {
  readonly waiting: number;
  readonly pending: number;
  readonly delivered: number;
  readonly parked: number;
  readonly quarantine: number;
}

/** What the outbox file says. */
export interface OutboxFacts {
  readonly counts: Counts;
  /** Events of the quarantine whose payload had to go for want of room; their rows are still there. */
  readonly dropped: number;
  /** When the oldest pending record arrived; undefined where none is pending. */
  readonly oldestPending: number | undefined;
  /** When the gate last took a record; undefined where it never did. */
  readonly lastDelivery: number | undefined;
}

/** Whether the outbox can be written. */
export interface StorageView {
  readonly state: 'ok' | 'failed';
  /** Since when; of `ok`, the start or the last recovery. */
  readonly since: number;
  /** A stored reason (`storedReason`); prose of an older version; empty while it is ok. */
  readonly reason: string;
}

/** The connection to the broker. */
export interface MqttView {
  readonly connected: boolean;
  readonly since: number;
}

/** The piles of the config's table. */
export interface DevicesView {
  readonly total: number;
  /** The ids of those from which nothing came for `silentAfter`. */
  readonly silent: readonly string[];
}

/** What a running daemon says of itself, at least every 10 s. */
export interface Snapshot extends OutboxFacts {
  /** When it was written. */
  readonly at: number;
  readonly version: string;
  readonly station: string;
  readonly pid: number;
  readonly boot: { readonly startedAt: number; readonly clientId: string };
  /** SHA-256 (first 16 hex digits) of what boxes of one fleet have in common in their config. */
  readonly config: { readonly hash: string };
  readonly mqtt: MqttView;
  /** `keyFingerprint`: the first 4 hex digits of the key's SHA-256; empty where the dialect has no key. */
  readonly gate: GateView & { readonly keyFingerprint: string };
  readonly storage: StorageView;
  readonly devices: DevicesView;
  readonly warnings: readonly Warning[];
  /** Attempts that did not end in time (see `delivery/attempt-guard.ts`) and have still not ended. */
  readonly stuckAttempts: number;
}

/** A state older than this is not a live daemon's word, milliseconds: a daemon writes it twice as often. */
export const CONFIRMED_MS = 10_000;

/**
 * Reads a snapshot that was written as JSON, also one of a version with fewer keys.
 * @returns undefined where it is none
 */
export function readSnapshot(value: unknown): Snapshot | undefined {
  const one = fieldsOf(value);
  const [mqtt, gate, boot, config, storage, devices, counts] = (
    ['mqtt', 'gate', 'boot', 'config', 'storage', 'devices', 'counts'] as const
  ).map((key) => fieldsOf(one[key]));
  const state = GATE_STATES.find((known) => known === gate?.['state']);
  const version = text(one['version']);
  if (state === undefined || version === '' || typeof one['pid'] !== 'number') return undefined;
  return {
    at: number(one['at']),
    version,
    station: text(one['station']),
    pid: one['pid'],
    boot: { startedAt: number(boot?.['startedAt']), clientId: text(boot?.['clientId']) },
    config: { hash: text(config?.['hash']) },
    mqtt: { connected: mqtt?.['connected'] === true, since: number(mqtt?.['since']) },
    gate: {
      state,
      since: number(gate?.['since']),
      reason: reasonIn(gate?.['reason']),
      keyFingerprint: text(gate?.['keyFingerprint']),
    },
    storage: {
      state: storage?.['state'] === 'failed' ? 'failed' : 'ok',
      since: number(storage?.['since']),
      reason: text(storage?.['reason']),
    },
    devices: {
      total: number(devices?.['total']),
      silent: list(devices?.['silent']).filter((id) => typeof id === 'string'),
    },
    counts: {
      waiting: number(counts?.['waiting']),
      pending: number(counts?.['pending']),
      delivered: number(counts?.['delivered']),
      parked: number(counts?.['parked']),
      quarantine: number(counts?.['quarantine']),
    },
    dropped: number(one['dropped']),
    oldestPending: optional(one['oldestPending']),
    lastDelivery: optional(one['lastDelivery']),
    warnings: readWarnings(one['warnings']),
    stuckAttempts: number(one['stuckAttempts']),
  };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function number(value: unknown): number {
  return optional(value) ?? 0;
}

function optional(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
