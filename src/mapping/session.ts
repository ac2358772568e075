import type { Draft } from '../domain/draft.ts';
import type { Fault } from '../domain/event.ts';
import type { RecordField } from '../domain/record.ts';
import { publicName, RECORD_FIELDS, STATION_FIELDS, type StationField } from '../domain/record.ts';
import type { StationZone } from '../domain/station-time.ts';
import { Unreadable } from '../domain/unreadable.ts';
import { type ContextWay, type FieldPlan, REQUIRED, readWays } from './field-plan.ts';
import {
  type Fields,
  Known,
  type Offer,
  type Pending,
  type ReadEvent,
  SessionDraft,
  type Source,
  type Supplied,
} from './session-draft.ts';
import { type Input, readFirst } from './value-source.ts';
import { fieldKind, plainFormat, wireText } from './values.ts';

/** What a context would have to supply, or why it cannot be asked. */
function makeOffer(field: RecordField, way: ContextWay, input: Input): Offer | string {
  const { context, contextField, keepMs, late, format } = way;
  const key = readFirst(way.key, input);
  if (typeof key === 'string' && key !== '') {
    return { need: { field, context, key, contextField, keepMs, late }, format };
  }
  const why = key instanceof Unreadable ? key.reason : way.key.map((r) => r.missing(input)).join('; ');
  return `it comes from the context ${context}, and there is no key for that: ${why}`;
}

/** What reading an event by its source's plans has brought so far. */
class Read implements ReadEvent {
  readonly known = new Known();
  readonly values: Fields = {};
  /** What {@link Draft.content} is the fingerprint of: name, length and text of each of `values`. */
  content = '';
  readonly pending: Pending[] = [];
  readonly warnings: string[] = [];
  ruled: readonly StationField[];

  constructor(ruled: readonly StationField[]) {
    this.ruled = ruled;
  }

  /** Sets what a person supplied; it stands in for the rules of those fields. */
  supply(supplied: Supplied, zone: StationZone): Fault | undefined {
    for (const field of RECORD_FIELDS) {
      const text = supplied[field]?.trim();
      if (text === undefined) continue;
      const value = text === '' ? text : plainFormat(fieldKind(field), zone)(text);
      if (value instanceof Unreadable) return { field, reason: `the supplied value: ${value.reason}` };
      if (value === '' && REQUIRED.has(field)) return { field, reason: 'the supplied value is empty' };
      this.known.set(field, value, zone);
    }
    this.ruled = STATION_FIELDS.filter((f) => supplied[f] !== undefined || this.ruled.includes(f));
    return undefined;
  }

  /** Reads one field by its plan. */
  field(plan: FieldPlan, input: Input, zone: StationZone): Fault | undefined {
    const { field } = plan;
    const supplied = this.known.fields[field] !== undefined;
    const found = readWays(plan.own, input);
    if (found instanceof Unreadable) return supplied ? undefined : { field, reason: found.reason };
    if (found.value !== '') {
      const text = supplied ? wireText(found.value, zone) : this.known.set(field, found.value, zone);
      if (!found.own) return undefined;
      this.values[field] = text;
      // By the public name: the fingerprint must match those of rows of every version.
      this.content += `${publicName(field)} ${text.length} ${text}`;
      return undefined;
    }
    if (supplied) return undefined;
    if (plan.contexts.length > 0) return awaitContexts(plan, input, this);
    if (!plan.required) return undefined;
    return {
      field,
      reason: plan.own.map(({ reader }) => reader.missing(input)).join('; ') || 'it has no rule',
    };
  }
}

/** A field that may be empty does not hold its record up, nor does the lack of a key for it. */
function awaitContexts(plan: FieldPlan, input: Input, read: Read): Fault | undefined {
  const { field, required, contexts } = plan;
  const made = contexts.map((way) => makeOffer(field, way, input));
  const offers = made.filter((offer) => typeof offer !== 'string');
  if (offers.length > 0) read.pending.push({ field, required, offers });
  if (offers.length > 0) return undefined;
  const reason = made.filter((why) => typeof why === 'string').join('; ');
  if (required) return { field, reason };
  read.warnings.push(`${field} stays empty: ${reason}`);
  return undefined;
}

/** A fault, with the order number where it could be read in spite of it. */
export interface Faulty {
  readonly fault: Fault;
  readonly orderNo: string | undefined;
}

/** Reads an event by its source's plans; `supplied` stands in for the rules of its fields. */
export function readSession(of: Source, input: Input, supplied?: Supplied): Draft | Faulty {
  const read = new Read(of.ruled);
  const fault =
    (supplied && read.supply(supplied, of.zone)) ?? readFields(of, input, read) ?? read.known.disorder();
  if (fault === undefined) return new SessionDraft(of, read);
  return { fault, orderNo: read.known.fields.orderNo ?? readOrderNo(of, input) };
}

function readFields(of: Source, input: Input, read: Read): Fault | undefined {
  for (const plan of of.plans) {
    const fault = read.field(plan, input, of.zone);
    if (fault !== undefined) return fault;
    // The first plan is the device's, and rules after it look it up in the devices table.
    if (plan.field === 'deviceId') input.deviceId = read.known.fields.deviceId ?? '';
  }
  return undefined;
}

function readOrderNo(of: Source, input: Input): string | undefined {
  const plan = of.plans.find(({ field }) => field === 'orderNo');
  const found = plan && readWays(plan.own, input);
  return found === undefined || found instanceof Unreadable || found.value === ''
    ? undefined
    : String(found.value);
}
