/**
 * What is not right though records may still flow. A room raises a warning by its code where it sees it and clears it
 * when it is over; the texts are in `src/i18n`. The codes are fixed for `status --json`, `doctor --json`, the page,
 * the status topic and the log.
 */
import { isReason, type Reason, type ReasonParam } from './reason.ts';

/** The parameters of each warning. No plate, VIN, key or password is ever among them. */
export interface WarningParams {
  /** The gate has not taken a record of this installation yet. */
  readonly 'gate-untried': Record<never, never>;
  /** The gate answers, but slowly. `seconds`: of the last slow answer; `timeout`: `gate.timeout` in seconds. */
  readonly 'gate-slow': { readonly seconds: number; readonly timeout: number };
  /** The gate's replies have another platform's form. `detail`: what was seen. */
  readonly 'gate-other-form': { readonly detail: string };
  /** Another client with this id takes the session away. `losses`: connections lost to it so far. */
  readonly 'client-id-clash': { readonly clientId: string; readonly losses: number };
  readonly 'events-qos0': { readonly topic: string };
  readonly 'events-retained': { readonly topic: string };
  /** A session's end lies ahead of the clock by so many milliseconds. */
  readonly 'end-ahead': { readonly orderNo: string; readonly deviceId: string; readonly ms: number };
  /** A session's end lies so many milliseconds back. */
  readonly 'end-behind': { readonly orderNo: string; readonly deviceId: string; readonly ms: number };
  readonly 'plate-odd': { readonly orderNo: string; readonly deviceId: string };
  /** The broker granted the shared subscription, and delivers nothing on it. */
  readonly 'share-undelivered': { readonly group: string; readonly detail: string };
  readonly 'status-topic-refused': { readonly topic: string; readonly detail: string };
  /** Nothing can be stored, so nothing is acknowledged. */
  readonly 'storage-failed': { readonly reason: Reason };
  /** The outbox was damaged. `kept` rows are in the new file, `lost` could not be read; the old one is `aside`. */
  readonly 'outbox-salvaged': { readonly kept: number; readonly lost: number; readonly aside: string };
  /** The file at `path` was deleted, replaced or moved; `taken` open rows went into a new one, or (`rescued` false) could not be read. */
  readonly 'outbox-replaced': { readonly path: string; readonly taken: number; readonly rescued: boolean };
  readonly 'config-fullwidth': { readonly places: string };
  /** The box's clock differs by so many milliseconds (positive: ours is ahead) from that of `against`. */
  readonly 'clock-off': { readonly against: 'gate' | 'broker'; readonly ms: number };
  /** `at`: when it ends, epoch milliseconds. */
  readonly 'certificate-expires': { readonly link: string; readonly at: number };
  /** `devices`: ids, `, ` between them; at most 20 of `count`. */
  readonly 'device-silent': { readonly devices: string; readonly count: number };
  /** `count` events of `source` in quarantine for the same reason. */
  readonly 'quarantine-growing': {
    readonly source: string;
    readonly count: number;
    readonly reason: ReasonParam;
  };
  readonly 'broker-queue-limit': { readonly detail: string };
  readonly 'secret-readable': { readonly file: string; readonly mode: string };
  readonly 'page-exposed': { readonly listen: string };
}

/** A warning's code. */
export type WarningCode = keyof WarningParams;

/**
 * How a warning ends. `state`: its room clears it; it is raised again after a restart where it still holds.
 * `event`: it came of events, is kept on disk, and fades {@link FADE_MS} after the last one.
 */
interface WarningKind {
  readonly level: 'red' | 'yellow';
  readonly lasts: 'state' | 'event';
}

const state = { level: 'yellow', lasts: 'state' } as const;
const event = { level: 'yellow', lasts: 'event' } as const;

/** Every warning with its level and its end. */
export const WARNINGS: Readonly<Record<WarningCode, WarningKind>> = {
  'gate-untried': state,
  'gate-slow': event,
  'gate-other-form': event,
  'client-id-clash': { level: 'red', lasts: 'state' },
  'events-qos0': event,
  'events-retained': event,
  'end-ahead': event,
  'end-behind': event,
  'plate-odd': event,
  'share-undelivered': { level: 'red', lasts: 'state' },
  'status-topic-refused': state,
  'storage-failed': { level: 'red', lasts: 'state' },
  'outbox-salvaged': event,
  'outbox-replaced': event,
  'config-fullwidth': state,
  'clock-off': state,
  'certificate-expires': state,
  'device-silent': state,
  'quarantine-growing': state,
  'broker-queue-limit': state,
  'secret-readable': state,
  'page-exposed': state,
};

/** A warning that came of events fades so long after the last one, milliseconds (24 h). */
export const FADE_MS = 24 * 3_600_000;

/** A warning in force. Times are epoch milliseconds. */
export interface Warning<C extends WarningCode = WarningCode> {
  readonly code: C;
  /** Of the last time. */
  readonly params: Readonly<Record<string, ReasonParam>>;
  /** When it was first and last raised, and how often. */
  readonly since: number;
  readonly last: number;
  readonly count: number;
}

/** Whether a text is a warning's code. */
export function isWarningCode(code: string): code is WarningCode {
  return Object.hasOwn(WARNINGS, code);
}

/** Where rooms say what is not right. */
export interface WarningSink {
  /** It is so, now. Cheap enough for every event. */
  raise<C extends WarningCode>(code: C, params: WarningParams[C]): void;
  /** It is over. */
  clear(code: WarningCode): void;
}

/** Reads warnings that were written as JSON; leaves out what this version does not know. */
export function readWarnings(value: unknown): Warning[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown) => {
    const read = warningOf(one);
    return read === undefined ? [] : [read];
  });
}

function warningOf(value: unknown): Warning | undefined {
  // A warning is a reason with times.
  if (!isReason(value) || !isWarningCode(value.code)) return undefined;
  const { code, params } = value;
  const [since, last, count] = ['since', 'last', 'count'].map((key) => Number(Reflect.get(value, key)));
  if (since === undefined || last === undefined || count === undefined) return undefined;
  return [since, last, count].every(Number.isFinite) ? { code, params, since, last, count } : undefined;
}
