import { hash } from 'node:crypto';
import type { Completed, Draft, Lookup, MadeRecord } from '../domain/draft.ts';
import type { Need } from '../domain/event.ts';
import { plateOddity } from '../domain/plate.ts';
import { type Reason, reason } from '../domain/reason.ts';
import type { ChargingRecord, StationField, StationIdentity } from '../domain/record.ts';
import type { StationZone } from '../domain/station-time.ts';
import { Unreadable } from '../domain/unreadable.ts';
import type { FieldPlan } from './field-plan.ts';
import { type Fields, Known, type Pending, type Supplied } from './known.ts';
import type { DeviceRow } from './rules.ts';

/** Which sessions of a source become no record. */
export interface IgnorePlan {
  /** kWh; 0 for never. */
  readonly energyBelow: number;
  /** Milliseconds; 0 for never. */
  readonly shorterThanMs: number;
  /** Whether a session without energy and without amount is a start that failed. */
  readonly failedStarts: boolean;
}

/** What all events of a source have in common. */
export interface Source {
  readonly name: string;
  readonly waitMs: number;
  readonly plans: readonly FieldPlan[];
  readonly zone: StationZone;
  readonly identity: StationIdentity;
  readonly devices: ReadonlyMap<string, DeviceRow>;
  /** The station fields that have a rule. */
  readonly ruled: readonly StationField[];
  readonly ignore: IgnorePlan | undefined;
}

/** What reading an event has brought. */
export interface ReadEvent {
  readonly known: Known;
  /** What the event itself says. */
  readonly values: Supplied;
  /** What {@link Draft.content} is the fingerprint of. */
  readonly content: string;
  readonly pending: readonly Pending[];
  readonly warnings: readonly Reason[];
  readonly ruled: readonly StationField[];
  /** Whether a person supplied values: then no rule of `ignore` counts. */
  readonly isSupplied: boolean;
}

const NOTHING: readonly Need[] = [];

/** A lookup before any context was asked. */
const nothing: Lookup = () => undefined;

/** An event's own values with what is pending; see {@link Draft}. */
export class SessionDraft implements Draft {
  readonly source: string;
  readonly waitMs: number;
  readonly orderNo: string | undefined;
  readonly content: string;
  readonly values: Supplied;
  readonly #of: Source;
  readonly #read: ReadEvent;

  constructor(of: Source, read: ReadEvent) {
    this.source = of.name;
    this.waitMs = of.waitMs;
    this.orderNo = read.known.fields.orderNo;
    this.values = read.values;
    this.content = hash('sha256', read.content, 'hex').slice(0, 32);
    this.#of = of;
    this.#read = read;
  }

  get needs(): readonly Need[] {
    const { pending } = this.#read;
    return pending.length === 0
      ? NOTHING
      : pending.flatMap(({ offers }) => offers.flatMap((offer) => offer.needs(nothing)));
  }

  complete(lookup: Lookup): Completed {
    const { known, pending } = this.#read;
    if (pending.length === 0) return this.#made(known);
    const first = this.#take(lookup, false);
    if (first.kind !== 'taken') return first;
    const required = first.lacks.filter(({ required }) => required);
    const wanted = first.lacks.flatMap(({ needs }) => needs);
    if (required.length > 0)
      return {
        kind: 'missing',
        needs: wanted,
        known: makeRecord(first.known.fields, this.#read.ruled, this.#of),
      };
    if (wanted.length === 0) return this.#made(first.known);
    const last = this.#take(lookup, true);
    const made = last.kind === 'taken' ? this.#made(last.known) : last;
    const record = makeRecord(first.known.fields, this.#read.ruled, this.#of);
    return made.kind === 'record'
      ? { kind: 'missing', needs: wanted, known: record, without: made.made }
      : made;
  }

  /** Takes what the pending fields are offered. */
  #take(lookup: Lookup, last: boolean): Taken | (Completed & { kind: 'wrong' }) {
    const known = new Known(this.#read.known);
    const lacks: Lack[] = [];
    for (const { field, required, offers } of this.#read.pending) {
      const open: Need[] = [];
      for (const offer of offers) {
        const value = offer.take(lookup, known, last);
        if (value instanceof Unreadable) return { kind: 'wrong', fault: { field, reason: value.reason } };
        if (value === undefined && (required || offer.waits)) open.push(...offer.needs(lookup));
        if (value === undefined || value === '') continue;
        known.set(field, value, this.#of.zone);
        break;
      }
      if (known.fields[field] !== undefined) continue;
      if (required)
        lacks.push({
          required,
          needs: open.length > 0 ? open : offers.flatMap((offer) => offer.needs(lookup)),
        });
      else if (open.length > 0) lacks.push({ required, needs: open });
    }
    return { kind: 'taken', known, lacks };
  }

  /** The record of what is known, unless it is none after all. */
  #made(known: Known): Completed {
    const { ruled, warnings, isSupplied } = this.#read;
    const record = makeRecord(known.fields, ruled, this.#of);
    const fault = known.disorder();
    if (fault !== undefined) return { kind: 'wrong', fault };
    const ignored = isSupplied ? undefined : ignoredBy(this.#of.ignore, known);
    if (ignored !== undefined) return { kind: 'ignored', reason: ignored };
    const oddity = plateOddity(record.plateNo);
    const all = oddity === undefined ? warnings : [...warnings, oddity];
    const made: MadeRecord = { record, ruled, endAt: known.endAt, warnings: all };
    return { kind: 'record', made };
  }
}

/** A pending field that found nothing yet. */
interface Lack {
  readonly required: boolean;
  readonly needs: readonly Need[];
}

interface Taken {
  readonly kind: 'taken';
  readonly known: Known;
  readonly lacks: readonly Lack[];
}

/** Why a session becomes no record by its source's `ignore`, or undefined. Amounts that are not there count as none. */
export function ignoredBy(ignore: IgnorePlan | undefined, known: Known): Reason | undefined {
  if (ignore === undefined) return undefined;
  const { power, elecMoney, serviceMoney, totalMoney } = known.fields;
  if (power !== undefined && power !== '') {
    const energy = Number(power);
    if (energy < ignore.energyBelow)
      return reason('event.no-energy', { power, below: String(ignore.energyBelow) });
    const unpaid = [elecMoney, serviceMoney, totalMoney].every((money) => Number(money ?? '') === 0);
    if (ignore.failedStarts && energy === 0 && unpaid) return reason('event.failed-start', {});
  }
  const ms = known.endAt - known.startAt;
  return ms < ignore.shorterThanMs
    ? reason('event.short', { seconds: Math.floor(ms / 1000), min: ignore.shorterThanMs / 1000 })
    : undefined;
}

/** The record of what is known; a device that is in no table is named by its id. */
function makeRecord(known: Fields, ruled: readonly StationField[], of: Source): ChargingRecord {
  const deviceId = known.deviceId ?? '';
  const row = of.devices.get(deviceId);
  const station = (field: StationField) => known[field] ?? (ruled.includes(field) ? '' : of.identity[field]);
  return {
    portName: station('portName'),
    parkId: station('parkId'),
    orderNo: known.orderNo ?? '',
    plateNo: known.plateNo ?? '',
    startTime: known.startTime ?? '',
    endTime: known.endTime ?? '',
    stationId: station('stationId'),
    stationName: station('stationName'),
    deviceId,
    deviceName: known.deviceName ?? (row?.name || deviceId),
    spaceNo: known.spaceNo ?? row?.spaceNo ?? '',
    power: known.power ?? '',
    elecMoney: known.elecMoney ?? '',
    serviceMoney: known.serviceMoney ?? '',
    totalMoney: known.totalMoney ?? '',
  };
}
