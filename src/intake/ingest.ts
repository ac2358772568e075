import type { Clock } from '../domain/clock.ts';
import type { Draft, Mapped } from '../domain/draft.ts';
import type { ContextFact, Fault, InboundEvent } from '../domain/event.ts';
import type { Plausibility } from '../domain/plausible.ts';
import { reason } from '../domain/reason.ts';
import {
  type About,
  type Stored,
  type TellDeps,
  tell,
  tellIgnored,
  topicKey,
  topicShown,
} from './ingest-log.ts';
import type { Arrival, Receiver, SkippedMessage } from './transport.ts';

/** What arrivals need of the outbox. Promises settle when it is on disk, and reject where it is not. */
export interface IngestStore<Waiting extends InboundEvent, Held extends InboundEvent> {
  accept(event: InboundEvent, draft: Draft): Promise<Stored>;
  /** All sessions of one message, in one transaction; what became of each, in their order. */
  acceptAll(parts: readonly Part[]): Promise<readonly Stored[]>;
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
  /** The ids of open quarantined events that were refused because their end was implausible, from this id on. */
  implausible(from: number, limit: number): number[];
}

/** One session of a message that holds several: what is kept of it, and its draft or why there is none. */
export interface Part {
  readonly event: InboundEvent;
  readonly source: string;
  readonly draft: Draft | Fault;
  readonly orderNo: string | undefined;
}

/** What arrivals need from around them. */
export interface IngestDeps<Waiting extends InboundEvent, Held extends InboundEvent> extends TellDeps {
  /** What an event is, by today's config; see mapping. */
  readonly mapping: {
    map(event: InboundEvent): readonly Mapped[];
    /** The name of the source or context that takes this topic; '' where none does. */
    takerOf(topic: string): string;
  };
  /** Judges whether a session's end can be true; see `domain/plausible.ts`. */
  readonly plausible: Pick<Plausibility, 'judged'>;
  readonly store: IngestStore<Waiting, Held>;
  /** Whether an error of the store is the storage's fault, and not the event's. */
  storageFault(error: unknown): boolean;
  /** The longest wait of any source, milliseconds: contexts are kept that much longer. */
  readonly longestWaitMs: number;
  /** A record is ready to be delivered. @param id its row */
  ready(id: number): void;
  readonly clock: Clock;
}

/** Waits that are ended in one go. */
const OVERDUE = 200;

/**
 * The way of an event from its arrival to its row: maps it, stores it, and says what became of it. `take`
 * resolves when all of that is on disk, and only then may the event be acknowledged.
 *
 * It rejects only where storage is at fault. Anything else that is thrown is a defect, and the event goes to
 * quarantine: unacknowledged it would come again and again, and hold up all others.
 */
export class Ingest<Waiting extends InboundEvent, Held extends InboundEvent> implements Receiver {
  readonly #deps: IngestDeps<Waiting, Held>;

  constructor(deps: IngestDeps<Waiting, Held>) {
    this.#deps = deps;
  }

  /** Takes a message. Rejects only where storage fails. */
  take({ topic, payload, qos, retained, skipped }: Arrival): Promise<unknown> {
    if (qos === 0 && !retained) this.#warnUnprotected(topic);
    const event = { topic, payload, receivedAt: this.#deps.clock.now(), retained, qos };
    if (skipped !== undefined) return this.#keepSkipped(event, skipped);
    const mapped = this.#map(event);
    if (retained && mapped.some(({ kind }) => kind === 'draft')) this.#warnRetained(topic);
    const [only] = mapped;
    // The common case costs one promise: each more is felt where events come by the ten thousand a second.
    if (mapped.length === 1 && only !== undefined) return this.#keep(event, only);
    const sessions = mapped.filter((one) => one.part !== undefined);
    const others = mapped.filter((one) => one.part === undefined);
    return Promise.all([this.#keepAll(event, sessions), ...others.map((one) => this.#keep(event, one))]);
  }

  /** Keeps the sessions of one message in one transaction; where that fails through one of them, each by itself. */
  async #keepAll(event: InboundEvent, sessions: readonly Mapped[]): Promise<void> {
    const parts = sessions.flatMap((mapped) => partOf(event, mapped) ?? []);
    if (parts.length === 0) return;
    try {
      const stored = await this.#deps.store.acceptAll(parts);
      for (const [i, { event: kept, source, draft, orderNo }] of parts.entries()) {
        const became = stored[i];
        const about: About = isDraft(draft)
          ? draft
          : { source, ...(orderNo === undefined ? {} : { orderNo }) };
        if (became !== undefined) this.#tell(kept, about, became);
      }
    } catch (error) {
      if (this.#deps.storageFault(error)) throw error;
      await Promise.all(sessions.map((mapped) => this.#keep({ ...event, ...mapped.part }, mapped)));
    }
  }

  /** Ends the waits that are over. Returns whether there may be more of them. Rejects only where storage fails. */
  async endWaits(): Promise<boolean> {
    const { store } = this.#deps;
    const overdue = store.overdue(OVERDUE);
    await Promise.all(
      overdue.map(async (waiting) => {
        const draft = this.#draftOf(waiting);
        try {
          this.#tell(waiting, draft, await store.expire(waiting, draft));
        } catch (error) {
          const fault = this.#defect(waiting, error);
          this.#tell(waiting, fault, await store.expire(waiting, fault));
        }
      }),
    );
    return overdue.length === OVERDUE;
  }

  /** A message that was too large to be read: its topic and size are kept. */
  async #keepSkipped(
    event: InboundEvent,
    { payloadBytes, packetBytes, limit, digest }: SkippedMessage,
  ): Promise<void> {
    const { store, mapping, log } = this.#deps;
    const source = mapping.takerOf(event.topic);
    const unread = { ...event, oversize: payloadBytes, digest };
    const fault = {
      field: '',
      reason: reason('event.too-large', { bytes: packetBytes, limit }),
    };
    const stored = await store.quarantine(unread, source, fault, undefined);
    this.#tell(unread, { source }, stored);
    if (stored.kind === 'quarantined')
      log.error(
        {
          event: 'event.quarantined',
          topic: topicShown(event.topic),
          source,
          quarantineId: stored.id,
          bytes: payloadBytes,
          limit,
        },
        'a message above mqtt.maxPacket was skipped unread: its topic and size are in quarantine',
      );
  }

  async #keep(event: InboundEvent, mapped: Mapped): Promise<void> {
    const { store } = this.#deps;
    try {
      if (mapped.kind === 'draft') this.#tell(event, mapped.draft, await store.accept(event, mapped.draft));
      else await this.#keepOther(event, mapped);
    } catch (error) {
      const fault = this.#defect(event, error);
      const about: About =
        mapped.kind === 'draft' ? mapped.draft : mapped.kind === 'context' ? { source: '' } : mapped;
      this.#tell(event, about, await store.quarantine(event, about.source, fault, about.orderNo));
    }
  }

  async #keepOther(event: InboundEvent, mapped: Exclude<Mapped, { kind: 'draft' }>): Promise<void> {
    const { store } = this.#deps;
    switch (mapped.kind) {
      case 'wrong': {
        const { source, fault, orderNo } = mapped;
        return this.#tell(event, mapped, await store.quarantine(event, source, fault, orderNo));
      }
      case 'context':
        return await this.#learn(mapped.fact);
      case 'ignored':
        tellIgnored(this.#deps, event, mapped.source, mapped.reason);
    }
  }

  /** A fact is kept, and what waited for it is looked at again. */
  async #learn(fact: ContextFact): Promise<void> {
    const { store, longestWaitMs } = this.#deps;
    const { records, quarantined } = await store.learn(fact, longestWaitMs);
    await Promise.all([
      ...records.map((id) =>
        this.#lookAgain(store.waiting(id), (waiting, draft) => store.complete(waiting, draft)),
      ),
      ...quarantined.map((id) => this.#lookAgain(store.held(id), (held, draft) => store.replay(held, draft))),
    ]);
  }

  /** Looks whether an event kept earlier is complete now. One that cannot be looked at stays as it is. */
  async #lookAgain<Kept extends InboundEvent>(
    kept: Kept | undefined,
    look: (kept: Kept, draft: Draft) => Promise<Stored | { readonly kind: 'gone' }>,
  ): Promise<void> {
    const draft = kept && this.#draftOf(kept);
    if (kept === undefined || draft === undefined || !isDraft(draft)) return;
    try {
      const stored = await look(kept, draft);
      if (stored.kind !== 'waiting') this.#tell(kept, draft, stored);
    } catch (error) {
      this.#defect(kept, error);
    }
  }

  /**
   * Judges once more what was refused because its end was implausible: the clock was set. What is refused again stays
   * as it is. Rejects only where storage fails.
   */
  async judgeAgain(): Promise<void> {
    const { store } = this.#deps;
    for (let ids = store.implausible(0, OVERDUE); ids.length > 0; ) {
      await Promise.all(
        ids.map((id) =>
          this.#lookAgain(store.held(id), async (held, draft) => {
            const stored = await store.replay(held, draft);
            return stored.kind === 'quarantined' ? { kind: 'gone' } : stored;
          }),
        ),
      );
      ids = ids.length < OVERDUE ? [] : store.implausible(Math.max(...ids) + 1, OVERDUE);
    }
  }

  #map(event: InboundEvent): readonly Mapped[] {
    const { mapping, plausible } = this.#deps;
    try {
      return mapping.map(event).map((one) =>
        one.kind === 'draft'
          ? {
              ...one,
              draft: plausible.judged(one.draft, event.receivedAt, one.part?.element ?? event.element),
            }
          : one,
      );
    } catch (error) {
      return [{ kind: 'wrong', source: '', fault: this.#defect(event, error) }];
    }
  }

  /** What an event kept earlier is by today's config: its draft, or why it is none any more. */
  #draftOf(event: InboundEvent): Draft | Fault {
    return draftOf(this.#map(event));
  }

  #tell(event: InboundEvent, from: About | Fault, stored: Stored | { readonly kind: 'gone' }): void {
    if (stored.kind === 'gone') return;
    if (stored.kind === 'accepted') this.#deps.ready(stored.id);
    tell(this.#deps, event, 'source' in from ? from : { source: '' }, stored);
  }

  /** Tells of a defect of ours that an event has found. Throws the error again where storage is at fault. */
  #defect({ topic }: InboundEvent, error: unknown): Fault {
    if (this.#deps.storageFault(error)) throw error;
    const message = 'a defect of pilegate, please report it: an event could not be handled';
    this.#deps.sayOnce(
      'error',
      `defect ${topicKey(topic)}`,
      { err: error, topic: topicShown(topic) },
      message,
    );
    const why = error instanceof Error ? error.message : String(error);
    return { field: '', reason: reason('event.defect', { why }) };
  }

  /** A context is often retained, and rightly; a session's end is then sent again at each connection. */
  #warnRetained(topic: string): void {
    this.#deps.noted('retained');
    this.#deps.warnings.raise('events-retained', { topic: topicShown(topic) });
  }

  /** Such an event is lost when the connection is. The log says so once, `status` while it goes on. */
  #warnUnprotected(topic: string): void {
    this.#deps.noted('qos0');
    this.#deps.warnings.raise('events-qos0', { topic: topicShown(topic) });
  }
}

/** The sessions that a message holds beside each other (`each`), as they are kept; undefined where it is one or none. */
export function partsOf(event: InboundEvent, mapped: readonly Mapped[]): readonly Part[] | undefined {
  const parts = mapped.flatMap((one) => (one.part === undefined ? [] : (partOf(event, one) ?? [])));
  return parts.length === 0 ? undefined : parts;
}

function partOf(event: InboundEvent, mapped: Mapped): Part | undefined {
  const kept = { ...event, ...mapped.part };
  if (mapped.kind === 'draft') {
    const { draft } = mapped;
    return { event: kept, source: draft.source, draft, orderNo: draft.orderNo };
  }
  if (mapped.kind !== 'wrong') return undefined;
  return { event: kept, source: mapped.source, draft: mapped.fault, orderNo: mapped.orderNo };
}

/** The draft among what an event is, or why there is none. */
export function draftOf(mapped: readonly Mapped[]): Draft | Fault {
  for (const one of mapped) if (one.kind === 'draft') return one.draft;
  for (const one of mapped) if (one.kind === 'wrong') return one.fault;
  return { field: '', reason: reason('event.not-taken-today', {}) };
}

function isDraft(value: Draft | Fault): value is Draft {
  return 'complete' in value;
}
