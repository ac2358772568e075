import { Plausibility, type PlausibleBounds } from '../../src/domain/plausible.ts';
import { Ingest } from '../../src/intake/ingest.ts';
import type { Mapping } from '../../src/mapping/compile.ts';
import { StorageError } from '../../src/outbox/errors.ts';
import type { HeldEvent } from '../../src/outbox/tables/quarantine.ts';
import type { WaitingEvent } from '../../src/outbox/tables/waiting.ts';
import { BUILD_DATE, DAY, MINUTE, openRig, type Rig } from '../outbox/fixture.ts';
import { said } from '../support/reasons.ts';
import { keptLog, type Line } from './support.ts';

/** The config's defaults. */
export const BOUNDS: PlausibleBounds = {
  ahead: 10 * MINUTE,
  refuseAhead: DAY,
  behind: 7 * DAY,
  refuseBehind: 365 * DAY,
};

/** Mapping, arrivals and a real outbox, as the daemon joins them, without a broker. */
export interface RealIntake {
  readonly rig: Rig;
  readonly lines: Line[];
  /** `source result` of each event. */
  readonly counted: string[];
  /** Warnings raised: code and parameters. */
  readonly raised: { readonly code: string; readonly params: object }[];
  readonly noted: string[];
  readonly arrivals: Ingest<WaitingEvent, HeldEvent>;
  /** Publishes a payload: bytes as they are, text as UTF-8, anything else as JSON. */
  publish(topic: string, payload: unknown, retained?: boolean): Promise<unknown>;
  /** The records in the outbox, oldest first. */
  records(): readonly Readonly<Record<string, unknown>>[];
  /** The open events in quarantine: field and stored reason. */
  quarantined(): readonly { readonly field: string; readonly reason: string }[];
}

/** Opens one in a fresh folder, or on a rig. */
export function openRealIntake(
  mapping: Mapping,
  { rig = openRig(), isRight = () => true }: { rig?: Rig; isRight?: () => boolean } = {},
): RealIntake {
  const { log, lines } = keptLog();
  const counted: string[] = [];
  const raised: { code: string; params: object }[] = [];
  const noted: string[] = [];
  const arrivals = new Ingest<WaitingEvent, HeldEvent>({
    mapping,
    plausible: new Plausibility(BOUNDS, { buildDate: BUILD_DATE, isRight }),
    warnings: { raise: (code, params) => void raised.push({ code, params }) },
    noted: (what) => void noted.push(what),
    heard: () => {},
    store: rig.outbox,
    storageFault: (error) => error instanceof StorageError,
    longestWaitMs: 10 * MINUTE,
    ready: () => {},
    count: (source, result) => void counted.push(`${source} ${result}`),
    say: said,
    sayOnce: (level, _, fields, message) => log[level](fields, message),
    log,
    clock: rig.clock,
  });
  return {
    rig,
    lines,
    counted,
    raised,
    noted,
    arrivals,
    publish: (topic, payload, retained = false) =>
      arrivals.take({
        topic,
        payload: Buffer.isBuffer(payload)
          ? payload
          : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)),
        qos: 1,
        retained,
      }),
    records: () =>
      rig
        .column('SELECT record FROM records ORDER BY id')
        .map((record): Record<string, unknown> => JSON.parse(String(record))),
    quarantined: () =>
      rig
        .column("SELECT field || char(9) || reason FROM quarantine WHERE state = 'open' ORDER BY id")
        .map((row) => {
          const [field = '', reason = ''] = String(row).split('\t');
          return { field, reason };
        }),
  };
}
