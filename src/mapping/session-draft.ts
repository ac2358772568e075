import { hash } from 'node:crypto';
import type { Completed, Draft, Lookup } from '../domain/draft.ts';
import type { Fault, Need } from '../domain/event.ts';
import { plateOddity } from '../domain/plate.ts';
import type { ChargingRecord, StationField, StationIdentity, WireField } from '../domain/record.ts';
import type { StationZone } from '../domain/station-time.ts';
import { Unreadable } from '../domain/unreadable.ts';
import type { FieldPlan } from './plan.ts';
import type { DeviceRow } from './rules.ts';
import { type Format, type Value, wireText } from './values.ts';

/** Values by wire name. */
export type Fields = Partial<Record<WireField, string>>;

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
  readonly field: WireField;
  readonly required: boolean;
  readonly offers: readonly Offer[];
}

/** Fields as the wire has them, and the session's instants. */
export class Known {
  readonly fields: Fields;
  startAt: number;
  endAt: number;

  constructor(from?: Known) {
    this.fields = { ...from?.fields };
    this.startAt = from?.startAt ?? Number.NaN;
    this.endAt = from?.endAt ?? Number.NaN;
  }

  /** Sets a field and returns its text. */
  set(field: WireField, value: Value, zone: StationZone): string {
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

/** An event's own values with what is pending; see {@link Draft}. */
export class SessionDraft implements Draft {
  readonly source: string;
  readonly waitMs: number;
  readonly orderNo: string | undefined;
  readonly content: string;
  readonly values: Supplied;
  readonly #of: Source;
  readonly #known: Known;
  readonly #pending: readonly Pending[];
  readonly #warnings: readonly string[];
  readonly #ruled: readonly StationField[];

  constructor(of: Source, read: ReadEvent) {
    this.source = of.name;
    this.waitMs = of.waitMs;
    this.orderNo = read.known.fields.orderNo;
    this.values = read.values;
    this.content = hash('sha256', read.content, 'hex').slice(0, 32);
    this.#of = of;
    this.#known = read.known;
    this.#pending = read.pending;
    this.#warnings = read.warnings;
    this.#ruled = read.ruled;
  }

  get needs(): readonly Need[] {
    return this.#pending.flatMap(({ offers }) => offers.map(({ need }) => need));
  }

  complete(lookup: Lookup): Completed {
    const known = this.#pending.length === 0 ? this.#known : new Known(this.#known);
    const needs: Need[] = [];
    for (const pending of this.#pending) {
      const fault = this.#supply(pending, lookup, known);
      if (fault !== undefined) return { kind: 'wrong', fault };
      if (pending.required && known.fields[pending.field] === undefined) {
        needs.push(...pending.offers.map(({ need }) => need));
      }
    }
    const record = this.#record(known.fields);
    if (needs.length > 0) return { kind: 'missing', needs, known: record };
    const fault = known.disorder();
    if (fault !== undefined) return { kind: 'wrong', fault };
    const oddity = plateOddity(record.plateNo);
    const warnings = oddity === undefined ? this.#warnings : [...this.#warnings, oddity];
    return { kind: 'record', made: { record, ruled: this.#ruled, endAt: known.endAt, warnings } };
  }

  #supply({ field, offers }: Pending, lookup: Lookup, known: Known): Fault | undefined {
    for (const { need, format } of offers) {
      const text = lookup(need)?.trim();
      if (text === undefined || text === '') continue;
      const value = format(text);
      if (value instanceof Unreadable) {
        return {
          field,
          reason: `the context ${need.context} gives a value for ${need.key}: ${value.reason}`,
        };
      }
      if (value === '') continue;
      known.set(field, value, this.#of.zone);
      return undefined;
    }
    return undefined;
  }

  /** The record of what is known; a device that is in no table is named by its id. */
  #record(known: Supplied): ChargingRecord {
    const { identity, devices } = this.#of;
    const deviceId = known.deviceId ?? '';
    const row = devices.get(deviceId);
    const station = (field: StationField) =>
      known[field] ?? (this.#ruled.includes(field) ? '' : identity[field]);
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
      seviceMoney: known.seviceMoney ?? '',
      totalMoney: known.totalMoney ?? '',
    };
  }
}
