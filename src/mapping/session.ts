import type { Draft } from '../domain/draft.ts';
import type { Fault } from '../domain/event.ts';
import { type Reason, reason } from '../domain/reason.ts';
import { RECORD_FIELDS, STATION_FIELDS, type StationField } from '../domain/record.ts';
import type { StationZone } from '../domain/station-time.ts';
import { Unreadable } from '../domain/unreadable.ts';
import { ExactBody } from './decoders/body.ts';
import { findList } from './elements.ts';
import { type FieldPlan, type Found, REQUIRED, readWays } from './field-plan.ts';
import { type Fields, Known, type Pending, type Supplied } from './known.ts';
import { ignoredBy, type ReadEvent, SessionDraft, type Source } from './session-draft.ts';
import { type Input, whyMissing } from './value-source.ts';
import { fieldKind, plainFormat, wireText } from './values.ts';

/** What reading an event by its source's plans has brought so far. */
class Read implements ReadEvent {
  readonly known = new Known();
  readonly values: Fields = {};
  /** What {@link Draft.content} is the fingerprint of: name, length and text of each of `values`. */
  content = '';
  readonly pending: Pending[] = [];
  readonly warnings: Reason[] = [];
  isSupplied = false;
  ruled: readonly StationField[];

  constructor(ruled: readonly StationField[]) {
    this.ruled = ruled;
  }

  /** Sets what a person supplied; it stands in for the rules of those fields. */
  supply(supplied: Supplied, zone: StationZone): Fault | undefined {
    for (const field of RECORD_FIELDS) {
      const text = supplied[field]?.trim();
      if (text === undefined) continue;
      const format = plainFormat(fieldKind(field), { zone, shiftMs: 0, none: [] });
      const value = text === '' ? text : format(text);
      if (value instanceof Unreadable)
        return { field, reason: reason('rule.supplied', { why: value.reason }) };
      if (value === '' && REQUIRED.has(field)) return { field, reason: reason('rule.supplied-empty', {}) };
      this.known.set(field, value, zone);
      this.isSupplied = true;
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
      this.#found(plan, found, supplied, zone);
      return undefined;
    }
    if (supplied) return undefined;
    if (plan.later.length > 0) return awaitContexts(plan, input, this);
    if (!plan.required) return undefined;
    return {
      field,
      reason: whyMissing(
        plan.own.map(({ reader }) => reader),
        input,
      ),
    };
  }

  /** Takes what an own way found. */
  #found(plan: FieldPlan, { value, own, plus }: Found, supplied: boolean, zone: StationZone): void {
    const { known } = this;
    const { field } = plan;
    const isLater = plus && Number.isNaN(known.startAt);
    const at = plus && typeof value === 'number' ? known.startAt + value : value;
    if (isLater && !supplied && typeof value === 'number') this.pending.push(afterStart(plan, value));
    const text = isLater ? String(value) : supplied ? wireText(at, zone) : known.set(field, at, zone);
    if (!own) return;
    if (!isLater) this.values[field] = text;
    // By the public name: the fingerprint must match those of rows of every version.
    this.content += `${plan.name} ${text.length} ${text}`;
  }
}

/** The start may still come from a context; the duration is what the event says, milliseconds. */
function afterStart({ field, required }: FieldPlan, duration: number): Pending {
  const take = (_: unknown, { startAt }: Known) => (Number.isNaN(startAt) ? undefined : startAt + duration);
  return { field, required, offers: [{ needs: () => [], waits: false, take }] };
}

/** A field that may be empty does not hold its record up, nor does the lack of a key for it. */
function awaitContexts(plan: FieldPlan, input: Input, read: Read): Fault | undefined {
  const { field, required, later } = plan;
  const made = later.map((way) => way.offer(input));
  const offers = made.filter((offer) => 'take' in offer);
  if (offers.length > 0) read.pending.push({ field, required, offers });
  if (offers.length > 0) return undefined;
  const whys = made.filter((why) => 'code' in why);
  const [only] = whys;
  const why = only !== undefined && whys.length === 1 ? only : reason('rule.all', { whys });
  if (required) return { field, reason: why };
  read.warnings.push(reason('field.stays-empty', { field, why }));
  return undefined;
}

/** A fault, with the order number where it could be read in spite of it. */
export interface Faulty {
  readonly fault: Fault;
  readonly orderNo: string | undefined;
}

/** Reads an event by its source's plans; `supplied` stands in for the rules of its fields. */
export function readSession(of: Source, input: Input, supplied?: Supplied): Draft | Faulty | Reason {
  const read = new Read(of.ruled);
  const fault =
    (supplied && read.supply(supplied, of.zone)) ?? readFields(of, input, read) ?? read.known.disorder();
  if (fault !== undefined) return { fault, orderNo: read.known.fields.orderNo ?? readOrderNo(of, input) };
  const ignored = read.isSupplied || read.pending.length > 0 ? undefined : ignoredBy(of.ignore, read.known);
  return ignored ?? new SessionDraft(of, read);
}

const NO_BODY = new ExactBody(undefined);

/**
 * A session of which nothing but what a person supplied is known: the payload cannot be read.
 * @returns undefined where that is not enough for a record
 */
export function suppliedSession(of: Source, levels: Input['levels'], supplied: Supplied): Draft | undefined {
  const input: Input = { decoded: NO_BODY, message: undefined, levels, results: [], deviceId: '' };
  const read = new Read(of.ruled);
  if (read.supply(supplied, of.zone) !== undefined) return undefined;
  if (supplied.orderNo === undefined || supplied.plateNo === undefined) return undefined;
  if (readFields(of, input, read) !== undefined || read.pending.some(({ required }) => required))
    return undefined;
  return read.known.disorder() === undefined ? new SessionDraft(of, read) : undefined;
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

/**
 * A list of several sessions that no `each` names: the rules find no order number beside it. A message with one has a
 * list of something else (readings, tiers).
 */
export function listOfSessions(of: Source, input: Input): ReturnType<typeof findList> {
  const plan = of.plans.find(({ field }) => field === 'orderNo');
  if (plan === undefined || plan.later.length > 0 || readOrderNo(of, input) !== undefined) return undefined;
  const list = findList(input.decoded.body);
  return list !== undefined && list.count > 1 ? list : undefined;
}

/** The fault of a field without a value, with the remedy where the message holds a list that no `each` names. */
export function withRemedy(fault: Fault, input: Input): Fault {
  if (fault.reason.code !== 'rule.nothing-at' && fault.reason.code !== 'rule.all') return fault;
  const list = findList(input.decoded.body);
  return list === undefined
    ? fault
    : { ...fault, reason: reason('list.no-each', { ...list, why: fault.reason }) };
}
