import type { Clock } from '../domain/clock.ts';
import type { Draft, MadeRecord, Mapped } from '../domain/draft.ts';
import type { ContextFact, Fault, InboundEvent, Need, QuarantineKind } from '../domain/event.ts';
import type { Log, LogFields } from '../domain/log.ts';
import type { Message } from './acks.ts';

/** What became of an event in the store. */
export type Stored =
  | { readonly kind: 'accepted'; readonly made: MadeRecord }
  | { readonly kind: 'waiting'; readonly needs: readonly Need[] }
  | { readonly kind: 'duplicate'; readonly state: string }
  | {
      readonly kind: 'quarantined';
      readonly id: number;
      readonly as: QuarantineKind;
      readonly fault: Fault;
      readonly dropped: readonly { readonly id: number; readonly topic: string; readonly kind: string }[];
    };

/** What arrivals need of the outbox. Promises settle when it is on disk, and reject where it is not. */
export interface ArrivalStore<Waiting extends InboundEvent, Held extends InboundEvent> {
  accept(event: InboundEvent, draft: Draft): Promise<Stored>;
  quarantine(event: InboundEvent, source: string, fault: Fault, orderNo: string | undefined): Promise<Stored>;
  /** Keeps a fact; gives the ids of what waited for it. */
  learn(
    fact: ContextFact,
    graceMs: number,
  ): Promise<{ records: readonly number[]; quarantined: readonly number[] }>;
  waiting(id: number): Waiting | undefined;
  overdue(limit: number): Waiting[];
  complete(waiting: Waiting, draft: Draft): Promise<Stored | { readonly kind: 'gone' }>;
  expire(waiting: Waiting, draft: Draft | Fault): Promise<Stored | { readonly kind: 'gone' }>;
  /** A quarantined event whose payload is whole. */
  held(id: number): Held | undefined;
  replay(held: Held, draft: Draft | Fault): Promise<Stored>;
}

/** The results that `pilegate_events_total` counts. */
export type EventResult = 'accepted' | 'duplicate' | 'conflict' | 'waiting' | 'quarantined' | 'ignored';

/** What arrivals need from around them. */
export interface ArrivalDeps<Waiting extends InboundEvent, Held extends InboundEvent> {
  /** What an event is, by today's config; see mapping. */
  map(event: InboundEvent): readonly Mapped[];
  readonly store: ArrivalStore<Waiting, Held>;
  /** The longest wait of any source, milliseconds: contexts are kept that much longer. */
  readonly longestWaitMs: number;
  /** A record is ready to be delivered. */
  ready(): void;
  count(source: string, result: EventResult): void;
  readonly log: Log;
  /** Says a trouble once, then counts: what may come thousands of times a second. */
  sayOnce(level: 'warn' | 'error', key: string, fields: LogFields, message: string): void;
  readonly clock: Clock;
}

/** Waits that are ended in one go. */
const OVERDUE = 200;

const QUARANTINED = 'no record: kept in quarantine';
const DROPPED = 'quarantine is full: the payload of an event was dropped';

/**
 * The way of an event from its arrival to its row: maps it, stores it, and says what became of it. `take`
 * resolves when all of that is on disk, and only then may the event be acknowledged.
 */
export class Arrivals<Waiting extends InboundEvent, Held extends InboundEvent> {
  readonly #deps: ArrivalDeps<Waiting, Held>;
  /** Topics that were published at QoS 0, each warned about once. */
  readonly #unprotected = new Set<string>();

  constructor(deps: ArrivalDeps<Waiting, Held>) {
    this.#deps = deps;
  }

  /** Takes a message. Rejects only where storage fails. */
  async take({ topic, payload, qos, retained }: Message): Promise<void> {
    if (qos === 0 && !retained) this.#warnUnprotected(topic);
    const event = { topic, payload, receivedAt: this.#deps.clock.now() };
    const mapped = this.#deps.map(event);
    const [only] = mapped;
    // The common case costs no array of promises.
    if (mapped.length === 1 && only !== undefined) await this.#keep(event, only);
    else await Promise.all(mapped.map((one) => this.#keep(event, one)));
  }

  /** Ends the waits that are over. Returns whether there may be more of them. */
  async endWaits(): Promise<boolean> {
    const { store } = this.#deps;
    const overdue = store.overdue(OVERDUE);
    await Promise.all(
      overdue.map(async (waiting) => {
        const draft = this.#draftOf(waiting);
        const stored = await store.expire(waiting, draft);
        if (stored.kind !== 'gone') this.#tell(waiting, draft, stored);
      }),
    );
    return overdue.length === OVERDUE;
  }

  async #keep(event: InboundEvent, mapped: Mapped): Promise<void> {
    const { store, count, log } = this.#deps;
    switch (mapped.kind) {
      case 'draft':
        return this.#tell(event, mapped.draft, await store.accept(event, mapped.draft));
      case 'wrong':
        return this.#tell(
          event,
          mapped,
          await store.quarantine(event, mapped.source, mapped.fault, mapped.orderNo),
        );
      case 'context':
        return this.#learn(mapped.fact);
      case 'ignored':
        count(mapped.source, 'ignored');
        log.debug({ topic: event.topic, source: mapped.source, reason: mapped.reason }, 'ignored');
    }
  }

  /** A fact is kept, and what waited for it is looked at again. */
  async #learn(fact: ContextFact): Promise<void> {
    const { store, longestWaitMs } = this.#deps;
    const { records, quarantined } = await store.learn(fact, longestWaitMs);
    await Promise.all([
      ...records.map(async (id) => {
        const waiting = store.waiting(id);
        const draft = waiting && this.#draftOf(waiting);
        if (waiting === undefined || draft === undefined || !isDraft(draft)) return;
        const stored = await store.complete(waiting, draft);
        if (stored.kind !== 'gone' && stored.kind !== 'waiting') this.#tell(waiting, draft, stored);
      }),
      ...quarantined.map(async (id) => {
        const held = store.held(id);
        const draft = held && this.#draftOf(held);
        if (held === undefined || draft === undefined || !isDraft(draft)) return;
        const stored = await store.replay(held, draft);
        if (stored.kind === 'accepted') this.#tell(held, draft, stored);
      }),
    ]);
  }

  /** What an event kept earlier is by today's config: its draft, or why it is none any more. */
  #draftOf(event: InboundEvent): Draft | Fault {
    return draftOf(this.#deps.map(event));
  }

  #tell(event: InboundEvent, from: Draft | Fault | (Mapped & { kind: 'wrong' }), stored: Stored): void {
    const { count, log, ready, sayOnce } = this.#deps;
    const source = 'source' in from ? from.source : '';
    const orderNo = 'orderNo' in from ? from.orderNo : undefined;
    const about = { orderNo, topic: event.topic, source };
    switch (stored.kind) {
      case 'accepted': {
        const { record, warnings } = stored.made;
        ready();
        count(source, 'accepted');
        const { deviceId, plateNo, endTime } = record;
        log.info(
          { event: 'event.received', orderNo: record.orderNo, deviceId, plateNo, endTime, source },
          'received',
        );
        for (const warning of warnings) log.warn({ orderNo: record.orderNo, deviceId, plateNo }, warning);
        return;
      }
      case 'waiting':
        count(source, 'waiting');
        log.info(
          {
            event: 'event.waiting',
            ...about,
            missing: stored.needs.map(({ field, context, key }) => ({ field, context, key })),
          },
          'waiting for what the event lacks',
        );
        return;
      case 'duplicate':
        count(source, 'duplicate');
        log.debug({ event: 'event.duplicate', ...about, state: stored.state }, 'known already');
        return;
      case 'quarantined': {
        const conflict = stored.as === 'conflict';
        count(source, conflict ? 'conflict' : 'quarantined');
        const { field, reason } = stored.fault;
        const name = conflict ? 'event.conflict' : 'event.quarantined';
        const fields: LogFields = {
          event: name,
          ...about,
          quarantineId: stored.id,
          kind: stored.as,
          field,
          reason,
        };
        // A session is told each time; junk, which may come by the thousand, once and then counted.
        if (orderNo === undefined) sayOnce('warn', `${name} ${event.topic}`, fields, QUARANTINED);
        else log.warn(fields, QUARANTINED);
        for (const gone of stored.dropped)
          sayOnce(
            'error',
            'quarantine full',
            { quarantineId: gone.id, topic: gone.topic, kind: gone.kind },
            DROPPED,
          );
      }
    }
  }

  #warnUnprotected(topic: string): void {
    if (this.#unprotected.has(topic) || this.#unprotected.size >= 10_000) return;
    this.#unprotected.add(topic);
    this.#deps.log.warn(
      { topic },
      'published at QoS 0: such events are lost when the connection is; have them published at QoS 1',
    );
  }
}

/** The draft among what an event is, or why there is none. */
export function draftOf(mapped: readonly Mapped[]): Draft | Fault {
  for (const one of mapped) if (one.kind === 'draft') return one.draft;
  for (const one of mapped) if (one.kind === 'wrong') return one.fault;
  return {
    field: '',
    reason:
      "today's config makes no record of this event: no source takes its topic, or its `where` does not hold",
  };
}

function isDraft(value: Draft | Fault): value is Draft {
  return 'complete' in value;
}
