import { randomUUID } from 'node:crypto';
import type { Outcome, ProbeOutcome } from '../domain/outcome.ts';
import { reason } from '../domain/reason.ts';
import type { ChargingRecord } from '../domain/record.ts';
import type { StationZone } from '../domain/station-time.ts';
import { openDialect } from './dialects.ts';
import { openConnections } from './dispatcher.ts';
import { Exchange, GateTimeout } from './exchange.ts';
import { failureOutcome } from './failure.ts';
import { secretMask } from './mask.ts';
import type { Call, Called, Delivery, Dialect, ProbeReading, TimeUp } from './port.ts';
import { compileRefusals, outcomeOf } from './reply.ts';
import { readHttpDate } from './retry-after.ts';
import type { CommonSettings, GateSecrets, GateSettings } from './settings.ts';

/** Hands records to the gate, each attempt once: repeating is delivery's decision. */
export interface GateClient {
  /** What it speaks, and where. */
  readonly dialect: Pick<Dialect, 'url' | 'repeat'>;
  /**
   * Posts one record.
   *
   * @returns how it ended, within the settings' timeout and a second; whatever the network, the gate or the reading of
   *   its reply does is an outcome. Rejects only where the record itself cannot be made into a request, which is a
   *   defect of whoever made the record.
   */
  send(record: ChargingRecord): Promise<Outcome>;
  /**
   * Asks whether the gate would take records, by a request that no gate can take for one. Never rejects; ends within the
   * settings' timeout and a second.
   */
  probe(): Promise<ProbeOutcome>;
  /** Waits for the answers in flight (each within the settings' timeout), then closes the connections. */
  close(): Promise<void>;
  /** Cuts the connections now: what is in flight ends unanswered, what waits for a connection unreachable. */
  destroy(): Promise<void>;
}

/** What a client needs besides the settings. */
export interface GateClientOptions {
  /** The program's version, for `User-Agent`. */
  readonly version: string;
  /** The station's zone. */
  readonly zone: StationZone;
  /** The wall clock, epoch milliseconds; `Date.now` by default. */
  readonly now?: () => number;
  /**
   * Told what the gate's clock says (`Date` of a reply), epoch milliseconds, and how long the answer took, milliseconds.
   */
  readonly clockHeard?: (date: number, tookMs: number) => void;
}

/**
 * Makes the client of one gate. Connections open as they are needed.
 *
 * @param secrets sign every record; masked in replies, never logged
 * @throws Failure where the settings' TLS files cannot be used
 */
export function createGateClient(
  settings: GateSettings,
  secrets: GateSecrets,
  options: GateClientOptions,
): GateClient {
  const { now = Date.now, zone } = options;
  return dialectClient(settings, openDialect(settings, secrets, { now, zone, uuid: randomUUID }), options);
}

/** A reply is read for so long after the time-out at most, milliseconds: whatever hangs there, the attempt ends. */
const READING_MS = 500;

/** {@link createGateClient} for a dialect made elsewhere. */
export function dialectClient(
  settings: CommonSettings,
  dialect: Dialect,
  options: Omit<GateClientOptions, 'zone'>,
): GateClient {
  const { version, now = Date.now } = options;
  const { host, origin } = new URL(dialect.url);
  const dispatcher = openConnections(origin, settings);
  const refusals = compileRefusals(settings.refusals);
  const mask = secretMask(dialect.secrets);
  const timeout = new GateTimeout(settings.timeout / 1000);
  const inFlight = new Set<Promise<Outcome>>();

  const hearClock = (called: Called, tookMs: number) => {
    if (options.clockHeard === undefined || called.kind !== 'replied') return;
    const { date } = called.reply.headers;
    const read = typeof date === 'string' ? readHttpDate(date) : undefined;
    if (read !== undefined) options.clockHeard(read, tookMs);
  };

  /** One attempt's way to post: all its calls share its time. */
  const callUntil =
    (end: number): Call =>
    ({ url, headers, body }) =>
      new Promise<Called>((settle) => {
        const asked = performance.now();
        const left = Math.max(0, end - asked);
        const exchange = new Exchange(left, timeout, (called) => {
          settle(called);
          void Promise.resolve(called).then((ended) => hearClock(ended, performance.now() - asked));
        });
        const { pathname, search } = new URL(url);
        try {
          dispatcher.dispatch(
            {
              origin,
              path: `${pathname}${search}`,
              method: 'POST',
              headers: requestHeaders(headers, version),
              body,
              // The exchange has its own time-out over all of it.
              headersTimeout: 0,
              bodyTimeout: 0,
            },
            exchange,
          );
        } catch (error) {
          exchange.fail(asError(error));
        }
      });

  const outcome = (delivery: Delivery): Outcome =>
    delivery.kind === 'failed'
      ? failureOutcome(delivery.failure, host, settings.proxy !== 'off')
      : outcomeOf(delivery, { refusals, now: now(), mask, addressKeys: dialect.addressKeys });

  return {
    dialect,
    async send(record) {
      const call = callUntil(performance.now() + settings.timeout);
      const delivering =
        dialect.deliver === undefined
          ? oneCall(dialect, dialect.request(record), call)
          : severalCalls(dialect.deliver, record, call, timeout);
      const attempt = within(settings.timeout + READING_MS, delivering.then(outcome));
      inFlight.add(attempt);
      return attempt.finally(() => inFlight.delete(attempt));
    },
    async probe() {
      const call = callUntil(performance.now() + settings.timeout);
      const probing = probed(dialect, call, outcome);
      return await within(settings.timeout + READING_MS, probing);
    },
    async close() {
      await Promise.allSettled(inFlight);
      await dispatcher.destroy();
    },
    async destroy() {
      await dispatcher.destroy();
    },
  };
}

/** The delivery of a dialect that needs one call. */
async function oneCall(dialect: Dialect, request: Parameters<Call>[0], call: Call): Promise<Delivery> {
  const called = await call(request);
  return called.kind === 'failed' ? called : { ...called, reading: dialect.read(called.reply) };
}

/** The delivery of a dialect that needs several calls: it is told when its time is over. */
async function severalCalls(
  deliver: NonNullable<Dialect['deliver']>,
  record: ChargingRecord,
  call: Call,
  error: GateTimeout,
): Promise<Delivery> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp: TimeUp = new Promise((settle) => {
    const failure = { error, sent: false };
    timer = setTimeout(() => settle({ kind: 'failed', failure }), error.seconds * 1000);
  });
  try {
    return await deliver(record, call, timeUp);
  } finally {
    clearTimeout(timer);
  }
}

/** Statuses by which an application dislikes an empty request: it is there. What a proxy says for it is 502 to 504. */
const DISLIKES: ReadonlySet<number> = new Set([400, 422, 500]);

async function probed(
  dialect: Dialect,
  call: Call,
  outcome: (delivery: Delivery) => Outcome,
): Promise<ProbeOutcome> {
  const called = await call(dialect.probe());
  if (called.kind === 'failed') return unrecorded(outcome(called));
  const { reply } = called;
  const reading: ProbeReading = dialect.readProbe?.(reply) ?? dialect.read(reply);
  if (reading.kind === 'session' || reading.kind === 'delivered') return { kind: 'answered' };
  // Where a session is opened, a refusal is the account's; elsewhere it is what an empty request should get.
  if (reading.kind === 'refused' && dialect.readProbe === undefined) return { kind: 'answered' };
  if (reading.kind === 'none' && DISLIKES.has(reply.status)) return { kind: 'answered' };
  return unrecorded(outcome({ kind: 'before', reply, reading }));
}

/** No record was sent, so none was delivered or refused. */
function unrecorded(outcome: Outcome): ProbeOutcome {
  return outcome.kind === 'delivered' || outcome.kind === 'refused' ? { kind: 'answered' } : outcome;
}

/** The attempt's outcome, or one that says that reading its reply threw or did not end: it may have arrived. */
async function within<T>(limitMs: number, attempt: Promise<T>): Promise<T | Unanswered> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Unanswered>((settle) => {
    const why = reason('gate.reading-hangs', { seconds: limitMs / 1000 });
    timer = setTimeout(() => settle({ kind: 'unanswered', reason: why }), limitMs);
  });
  try {
    return await Promise.race([attempt, late]);
  } catch (error) {
    return { kind: 'unanswered', reason: reason('gate.defect', { error: asError(error).message }) };
  } finally {
    clearTimeout(timer);
  }
}

type Unanswered = Extract<Outcome, { kind: 'unanswered' }>;

/** A request's headers as undici takes them: names and values in turn. */
export function requestHeaders(headers: Readonly<Record<string, string>>, version: string): string[] {
  return [
    ...Object.entries(headers).flat(),
    'user-agent',
    `pilegate/${version}`,
    'accept',
    'application/json, */*',
  ];
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
