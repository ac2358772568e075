import type { Draft, MadeRecord } from '../domain/draft.ts';
import type { Fault, InboundEvent, Need, QuarantineKind } from '../domain/event.ts';
import type { Log, LogFields } from '../domain/log.ts';
import { isImplausible } from '../domain/plausible.ts';
import type { Reason } from '../domain/reason.ts';
import type { WarningSink } from '../domain/warnings.ts';

/** What became of an event in the store. */
export type Stored =
  | { readonly kind: 'accepted'; readonly id: number; readonly made: MadeRecord }
  | { readonly kind: 'waiting'; readonly needs: readonly Need[] }
  | { readonly kind: 'ignored'; readonly reason: Reason }
  | { readonly kind: 'duplicate'; readonly state: string }
  | {
      readonly kind: 'quarantined';
      readonly id: number;
      readonly as: QuarantineKind;
      readonly fault: Fault;
      readonly dropped: readonly { readonly id: number; readonly topic: string; readonly kind: string }[];
    };

/** The results that `pilegate_events_total` counts. */
export type EventResult = 'accepted' | 'duplicate' | 'conflict' | 'waiting' | 'quarantined' | 'ignored';

/** What is odd about an event: `pilegate_events_implausible_total` and its like. */
export type Noted = 'implausible' | 'qos0' | 'retained';

/** Whom the fate of events is told to. */
export interface TellDeps {
  /** Where it is raised what the events show of a pile, a camera or a broker. */
  readonly warnings: Pick<WarningSink, 'raise'>;
  /** Something came from a pile. */
  heard(deviceId: string): void;
  /** Counts what is odd about an event, whatever becomes of it. */
  noted(what: Noted): void;
  count(source: string, result: EventResult): void;
  readonly log: Log;
  /** Puts a reason into words for the log, in English. */
  say(why: Reason): string;
  /** Says a trouble once, then counts: what may come thousands of times a second. */
  sayOnce(level: 'warn' | 'error', key: string, fields: LogFields, message: string): void;
}

/** What is known of an event besides its topic: who took it, and what could be read of it. */
export type About = { readonly source: string } & Partial<Pick<Draft, 'orderNo' | 'values'>>;

/** A topic longer than this is a mistake or an attack: it is no key to remember things by. */
const LONG_TOPIC = 200;

/** What tells the troubles of one topic from those of others; of bounded length. */
export function topicKey(topic: string): string {
  return topic.length > LONG_TOPIC ? 'topics that are very long' : topic;
}

/** A topic for a log line: of a very long one the beginning. */
export function topicShown(topic: string): string {
  return topic.length > LONG_TOPIC ? `${topic.slice(0, LONG_TOPIC)}…` : topic;
}

/** Tells of an event that has found its place in the store: one line and one count each. */
export function tell(deps: TellDeps, event: InboundEvent, about: About, stored: Stored): void {
  const { count, log, heard } = deps;
  if (stored.kind === 'accepted') {
    heard(stored.made.record.deviceId);
    tellAccepted(deps, about.source, stored.made);
    return;
  }
  if (stored.kind === 'ignored') {
    tellIgnored(deps, event, about.source, stored.reason);
    return;
  }
  const { source, orderNo } = about;
  const topic = topicShown(event.topic);
  const deviceId = about.values?.deviceId;
  if (deviceId !== undefined) heard(deviceId);
  const fields: LogFields = { orderNo, deviceId, topic, source };
  switch (stored.kind) {
    case 'waiting':
      count(source, 'waiting');
      log.info(
        { event: 'event.waiting', ...fields, missing: stored.needs.map(nameOf) },
        'waiting for what the event lacks',
      );
      return;
    case 'duplicate':
      count(source, 'duplicate');
      if (log.isLevelEnabled('debug'))
        log.debug({ event: 'event.duplicate', ...fields, state: stored.state }, 'known already');
      return;
    case 'quarantined':
      tellQuarantined(deps, event, fields, source, stored);
  }
}

/** Tells of a message, or a session in one, that becomes nothing. */
export function tellIgnored(
  { count, log, say }: TellDeps,
  { topic }: InboundEvent,
  source: string,
  why: Reason,
): void {
  count(source, 'ignored');
  if (log.isLevelEnabled('debug'))
    log.debug(
      { event: 'event.ignored', topic: topicShown(topic), source, reason: say(why), code: why.code },
      'ignored',
    );
}

function tellAccepted(deps: TellDeps, source: string, { record, warnings }: MadeRecord): void {
  const { count, log } = deps;
  const { orderNo, deviceId, plateNo, endTime } = record;
  count(source, 'accepted');
  log.info({ event: 'event.received', orderNo, deviceId, plateNo, endTime, source }, 'received');
  for (const warning of warnings) tellOddity(deps, { orderNo, deviceId, plateNo }, warning);
}

/** Tells of what is odd about a record that is sent all the same. */
function tellOddity(
  { log, say, warnings, noted }: TellDeps,
  about: { readonly orderNo: string; readonly deviceId: string; readonly plateNo: string },
  why: Reason,
): void {
  const { code, params } = why;
  const implausible = code === 'end-ahead' || code === 'end-behind';
  log.warn(implausible ? { event: 'event.implausible', ...about, code } : { ...about, code }, say(why));
  const { orderNo, deviceId } = about;
  if (code === 'plate-odd') warnings.raise(code, { orderNo, deviceId });
  if (!implausible) return;
  noted('implausible');
  warnings.raise(code, { orderNo, deviceId, ms: Number(params['ms']) });
}

function tellQuarantined(
  { count, log, say, sayOnce, noted }: TellDeps,
  { topic }: InboundEvent,
  about: LogFields,
  source: string,
  { id, as, fault, dropped }: Stored & { kind: 'quarantined' },
): void {
  const conflict = as === 'conflict';
  count(source, conflict ? 'conflict' : 'quarantined');
  if (isImplausible(fault.reason)) noted('implausible');
  const event = conflict ? 'event.conflict' : 'event.quarantined';
  const fields: LogFields = {
    event,
    ...about,
    quarantineId: id,
    kind: as,
    field: fault.field,
    reason: say(fault.reason),
    code: fault.reason.code,
  };
  const message = 'no record: kept in quarantine';
  // A session is told each time; junk, which may come by the thousand, once and then counted.
  if (about.orderNo === undefined) sayOnce('warn', `${event} ${topicKey(topic)}`, fields, message);
  else log.warn(fields, message);
  for (const gone of dropped)
    sayOnce(
      'error',
      'quarantine full',
      { quarantineId: gone.id, topic: topicShown(gone.topic), kind: gone.kind },
      'quarantine is full: the payload of an event was dropped',
    );
}

function nameOf({ field, context, key }: Need): Pick<Need, 'field' | 'context' | 'key'> {
  return { field, context, key };
}
