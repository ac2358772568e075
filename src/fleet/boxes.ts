import { z } from 'zod';

/** What a box is, as its retained status and the time tell. */
export interface Box {
  readonly station: string;
  readonly name: string;
  readonly version: string;
  readonly online: boolean;
  /** When it was last heard of, epoch milliseconds; undefined where its retained message does not say. */
  readonly lastHeard: number | undefined;
  readonly gate: string;
  readonly records: { readonly waiting: number; readonly pending: number; readonly parked: number };
  readonly quarantine: number;
  /** When its oldest pending record arrived, ISO 8601; empty where none is pending. */
  readonly oldestPending: string;
  /** Codes of what is wrong: what the box says of itself, and what only the whole fleet shows. */
  readonly problems: readonly string[];
}

/** Topics that are kept: what comes on further ones is counted and left alone. */
export const BOXES_MAX = 5_000;
/** A status message has a few hundred bytes; a larger one is left alone. */
export const STATUS_MAX_BYTES = 64 * 1024;
/** A box that says when it spoke (the uplink does, each minute) and has not for so long is silent, milliseconds. */
export const SILENT_MS = 5 * 60_000;
/** The longest text and the most codes that are kept of a box. */
const TEXT_MAX = 80;
const CODES_MAX = 40;
/** From so many boxes of a group on, one that differs from more than half of them is told. */
const GROUP_MIN = 3;

const text = z
  .string()
  .transform((value) => value.slice(0, TEXT_MAX))
  .catch('');
const count = z.number().nonnegative().catch(0);
const status = z.object({
  station: text,
  name: text,
  version: text,
  connected: z.boolean().catch(false),
  at: text,
  oldestPending: text,
  gate: z.object({ state: text, keyFingerprint: text }).catch({ state: '', keyFingerprint: '' }),
  records: z
    .object({ waiting: count, pending: count, parked: count })
    .catch({ waiting: 0, pending: 0, parked: 0 }),
  quarantine: count,
  storage: z.object({ state: text }).catch({ state: '' }),
  config: z.object({ hash: text }).catch({ hash: '' }),
  boot: z.object({ startedAt: text, clientId: text }).catch({ startedAt: '', clientId: '' }),
  warnings: z
    .array(z.object({ code: text }))
    .transform((all) => all.slice(0, CODES_MAX))
    .catch([]),
});

interface Known {
  readonly said: z.output<typeof status>;
  /** Of a box that has said how it is before its will fired. */
  readonly heardAt: number | undefined;
  /** The start before this one, to tell two boxes on one topic from a restart. */
  readonly startBefore: string;
  readonly twice: boolean;
}

/**
 * The boxes of a fleet by their topics. What they say is outside input: bounded in count and size, and never trusted
 * to be of the form that it should be.
 */
export class Boxes {
  readonly #known = new Map<string, Known>();
  /** Messages that were left alone: too large, no JSON object, or of more topics than {@link BOXES_MAX}. */
  ignored = 0;

  get size(): number {
    return this.#known.size;
  }

  /**
   * A status message came.
   * @param retained whether the broker kept it: then it says nothing of now
   * @param now epoch milliseconds
   */
  take(topic: string, payload: Uint8Array, retained: boolean, now: number): void {
    const before = this.#known.get(topic);
    if (payload.length === 0) {
      // A retained message that somebody deleted.
      this.#known.delete(topic);
      return;
    }
    const said = readStatus(payload);
    if (
      said === undefined ||
      topic.length > 1000 ||
      (before === undefined && this.#known.size >= BOXES_MAX)
    ) {
      this.ignored += 1;
      return;
    }
    const at = Date.parse(said.at);
    const heardAt = Number.isFinite(at) ? Math.min(at, now) : retained ? before?.heardAt : now;
    const start = said.boot.startedAt;
    const startNow = before?.said.boot.startedAt ?? '';
    // A will says only that the box is gone: what was known of it stays.
    const kept = said.connected || before === undefined ? said : { ...before.said, connected: false };
    this.#known.set(topic, {
      said: kept,
      heardAt: said.connected || heardAt === undefined ? heardAt : (before?.heardAt ?? heardAt),
      startBefore: start !== '' && start !== startNow ? startNow : (before?.startBefore ?? ''),
      // Back to an earlier start: two boxes speak in turn.
      twice:
        (before?.twice ?? false) || (start !== '' && start !== startNow && start === before?.startBefore),
    });
  }

  /** All boxes by their station, with what only the whole shows. @param now epoch milliseconds */
  list(now: number): Box[] {
    const all = [...this.#known];
    const stations = tally(all.map(([, { said }]) => said.station));
    const clients = tally(all.map(([, { said }]) => said.boot.clientId));
    const usual = new Map<string, { hash: string; key: string }>();
    for (const [group, boxes] of Map.groupBy(all, ([topic, { said }]) => groupOf(topic, said.station)))
      usual.set(group, {
        hash: majority(boxes.map(([, { said }]) => said.config.hash)),
        key: majority(boxes.map(([, { said }]) => said.gate.keyFingerprint)),
      });
    return all
      .map(([topic, { said, heardAt, twice }]): Box => {
        const { station, name, version, connected, gate, records, quarantine, oldestPending } = said;
        const group = usual.get(groupOf(topic, station));
        const differs = (own: string, most: string | undefined) =>
          own !== '' && most !== undefined && most !== '' && own !== most;
        const own = [
          ...(connected ? [] : ['offline']),
          ...(connected && said.at !== '' && heardAt !== undefined && now - heardAt > SILENT_MS
            ? ['silent']
            : []),
          ...(twice ||
          (stations.get(station) ?? 0) > 1 ||
          (said.boot.clientId !== '' && (clients.get(said.boot.clientId) ?? 0) > 1)
            ? ['duplicate-id']
            : []),
          ...(differs(said.config.hash, group?.hash) ? ['config-differs'] : []),
          ...(differs(gate.keyFingerprint, group?.key) ? ['key-differs'] : []),
          ...(gate.state === 'down' || gate.state === 'held' ? [`gate-${gate.state}`] : []),
          ...(records.parked > 0 ? ['parked'] : []),
          ...(quarantine > 0 ? ['quarantine'] : []),
        ];
        const problems = [...new Set([...own, ...said.warnings.map(({ code }) => code)])];
        return {
          station: station === '' ? topic.slice(0, TEXT_MAX) : station,
          name,
          version,
          online: connected,
          lastHeard: heardAt,
          gate: gate.state,
          records,
          quarantine,
          oldestPending,
          problems,
        };
      })
      .sort((a, b) => (a.station < b.station ? -1 : 1));
  }
}

function readStatus(payload: Uint8Array): z.output<typeof status> | undefined {
  if (payload.length > STATUS_MAX_BYTES) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? status.parse(value)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Boxes whose topics differ in the station alone are one group. */
function groupOf(topic: string, station: string): string {
  return topic
    .split('/')
    .map((level) => (level === station ? '+' : level))
    .join('/');
}

function tally(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** What more than half have; empty where there is no such value, or too few have any. */
function majority(values: readonly string[]): string {
  const said = values.filter((value) => value !== '');
  const [most] = [...tally(said)].sort((a, b) => b[1] - a[1]);
  return most !== undefined && said.length >= GROUP_MIN && most[1] * 2 > said.length ? most[0] : '';
}
