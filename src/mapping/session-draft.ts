import { hash } from 'node:crypto';
import type { Completed, Draft, Lookup } from '../domain/draft.ts';
import type { Fault, Need } from '../domain/event.ts';
import { plateOddity } from '../domain/plate.ts';
import type { ChargingRecord, RecordField, StationField, StationIdentity } from '../domain/record.ts';
import type { StationZone } from '../domain/station-time.ts';
import { Unreadable } from '../domain/unreadable.ts';
import type { FieldPlan } from './field-plan.ts';
import type { DeviceRow } from './rules.ts';
import { type Format, type Value, wireText } from './values.ts';

/** Values by wire name. */
export type Fields = Partial<Record<RecordField, string>>;

/** What a person supplies for fields when an event is mapped again: local times, kWh, yuan. */
export type Supplied = Readonly<Fields>;

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
}

/** One way in which a pending field may be supplied. */
export interface Offer {
  readonly need: Need;
  readonly format: Format;
}

/** A field that contexts are to supply. */
export interface Pending {
  readonly field: RecordField;
  readonly required: boolean;
  readonly offers: readonly Offer[];
}

/** Fields as the wire has them, and the session's instants. */
export class Known {
  readonly fields: Fields;
  startAt: number;
  endAt: number;

  constructor(from?: Known) {
    this.fields = from === undefined ? {} : { ...from.fields };
    this.startAt = from?.startAt ?? Number.NaN;
    this.endAt = from?.endAt ?? Number.NaN;
  }

  /** Sets a field and returns its text. */
  set(field: RecordField, value: Value, zone: StationZone): string {
    if (field === 'startTime' && typeof value === 'number') this.startAt = value;
    if (field === 'endTime' && typeof value === 'number') this.endAt = value;
    const text = wireText(value, zone);
    this.fields[field] = text;
    return text;
  }

  /** A session that ends before it begins was not one; unknown times are not judged. */
  disorder(): Fault | undefined {
    if (!(this.endAt < this.startAt)) return undefined;
    const { startTime, endTime } = this.fields;
    return { field: 'endTime', reason: `the session ends at ${endTime}, before its start at ${startTime}` };
  }
}

/** What reading an event has brought. */
export interface ReadEvent {
  readonly known: Known;
  /** What the event itself says. */
  readonly values: Supplied;
  /** What {@link Draft.content} is the fingerprint of. */
  readonly content: string;
  readonly pending: readonly Pending[];
  readonly warnings: readonly string[];
  readonly ruled: readonly StationField[];
}

const NOTHING: readonly Need[] = [];

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
    return pending.length === 0 ? NOTHING : pending.flatMap(({ offers }) => offers.map(({ need }) => need));
  }

  complete(lookup: Lookup): Completed {
    const { pending, ruled, warnings } = this.#read;
    const known = pending.length === 0 ? this.#read.known : new Known(this.#read.known);
    const needs: Need[] = [];
    for (const field of pending) {
      const fault = take(field, lookup, known, this.#of.zone);
      if (fault !== undefined) return { kind: 'wrong', fault };
      if (field.required && known.fields[field.field] === undefined) {
        needs.push(...field.offers.map(({ need }) => need));
      }
    }
    const record = makeRecord(known.fields, ruled, this.#of);
    if (needs.length > 0) return { kind: 'missing', needs, known: record };
    const fault = known.disorder();
    if (fault !== undefined) return { kind: 'wrong', fault };
    const oddity = plateOddity(record.plateNo);
    const all = oddity === undefined ? warnings : [...warnings, oddity];
    return { kind: 'record', made: { record, ruled, endAt: known.endAt, warnings: all } };
  }
}

/** Takes the first value that a pending field is offered; a value that cannot be read is a fault. */
function take(
  { field, offers }: Pending,
  lookup: Lookup,
  known: Known,
  zone: StationZone,
): Fault | undefined {
  for (const { need, format } of offers) {
    const text = lookup(need)?.trim();
    if (text === undefined || text === '') continue;
    const value = format(text);
    if (value instanceof Unreadable) {
      const reason = `the context ${need.context} gives a value for ${need.key}: ${value.reason}`;
      return { field, reason };
    }
    if (value === '') continue;
    known.set(field, value, zone);
    return undefined;
  }
  return undefined;
}

/** The record of what is known; a device that is in no table is named by its id. */
function makeRecord(known: Supplied, ruled: readonly StationField[], of: Source): ChargingRecord {
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
