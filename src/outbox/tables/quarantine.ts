import { hash } from 'node:crypto';
import type { Fault, InboundEvent, Need, QuarantineKind } from '../../domain/event.ts';
import { reason, storedReason } from '../../domain/reason.ts';
import { publicName } from '../../domain/record.ts';
import type { Db } from '../database.ts';
import { bytes, number, optionalNumber, optionalText, type Row, rowOf, text } from './columns.ts';

/** How much of quarantine is kept (`quarantine` in the config). */
export interface QuarantineLimits {
  /** Open rows. */
  readonly maxRows: number;
  /** Bytes of payload in open rows. */
  readonly maxBytes: number;
}

/** Payloads up to this many bytes are kept whole; of larger ones the beginning, the length and a hash. */
export const WHOLE_PAYLOAD = 1_048_576;
/** What is kept of a larger payload, bytes. */
const CUT_PAYLOAD = 4_096;

/** An event about to be quarantined. */
export interface NewQuarantine {
  readonly kind: QuarantineKind;
  readonly event: InboundEvent;
  readonly source: string;
  readonly fault: Fault;
  readonly orderNo: string | undefined;
  readonly content: string | undefined;
  readonly contextMark: number;
  /** What it lacks; a late context may still supply it. */
  readonly needs?: readonly Need[];
}

/** A quarantined event, to be mapped again. */
export interface QuarantinedEvent {
  readonly id: number;
  readonly kind: QuarantineKind;
  /** Where it names an order. */
  readonly orderNo: string | undefined;
  readonly state: 'open' | 'replayed' | 'discarded' | 'dropped';
  readonly topic: string;
  readonly source: string;
  /** The payload, or undefined where it was too large to keep whole or has been dropped. */
  readonly payload: Uint8Array | undefined;
  /** See `InboundEvent.element`. */
  readonly element: number | undefined;
  readonly receivedAt: number;
  readonly contextMark: number;
}

/** A quarantined event that can be mapped again. */
export type HeldEvent = QuarantinedEvent & { readonly payload: Uint8Array };

/** An event that quarantine had no room for. */
export interface DroppedEvent {
  readonly id: number;
  readonly topic: string;
  readonly kind: string;
  /** Where it named an order. */
  readonly orderNo: string | undefined;
}

/** What a share in `quarantine_shares` counts: open junk, open events of worth, and the same once dropped. */
type Share = 0 | 1 | 2 | 3;

/** The statements over `quarantine`, prepared once. */
export class Quarantine {
  readonly #limits: QuarantineLimits;
  /** The highest id given so far: one whose row is gone must not name another event to whoever noted it. */
  #lastId: number;
  readonly #insert;
  readonly #addNeed;
  readonly #dropNeeds;
  readonly #same;
  readonly #order;
  readonly #get;
  readonly #lateFor;
  readonly #orderOf;
  readonly #ofRecord;
  readonly #keepReplaced;
  readonly #settle;
  readonly #amend;
  readonly #implausible;
  readonly #counts;
  readonly #victim;
  readonly #drop;
  readonly #own;
  readonly #forgotten;
  readonly #remove;

  constructor(db: Db, limits: QuarantineLimits) {
    this.#limits = limits;
    this.#lastId = Number(db.prepare('SELECT coalesce(max(id), 0) FROM quarantine').pluck().get());
    this.#insert = db.prepare(
      `INSERT INTO quarantine (id, received_at, kind, state, order_no, content, source, topic, field, reason, context_mark, hash, size, payload, element)
       VALUES (max(?, (SELECT coalesce(max(id), 0) FROM quarantine)) + 1, ?, ?, 'open', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#addNeed = db.prepare('INSERT OR IGNORE INTO needs (context, key, quarantine_id) VALUES (?, ?, ?)');
    this.#same = db
      .prepare("SELECT id FROM quarantine WHERE hash = ? AND state <> 'replayed' LIMIT 1")
      .pluck();
    this.#order = db
      .prepare(
        "SELECT content FROM quarantine WHERE order_no = ? AND kind = 'expired' AND state <> 'replayed'",
      )
      .pluck();
    this.#get = db.prepare(
      'SELECT id, kind, order_no, state, topic, source, payload, size, element, received_at, context_mark FROM quarantine WHERE id = ?',
    );
    this.#lateFor = db
      .prepare('SELECT quarantine_id FROM needs WHERE context = ? AND key = ? AND quarantine_id > 0')
      .pluck();
    this.#ofRecord = db.prepare('SELECT topic, payload FROM records WHERE id = ?');
    this.#keepReplaced = db.prepare(
      `INSERT INTO quarantine (received_at, kind, state, order_no, content, source, topic, field, reason, context_mark, hash, size, payload, element, settled_at, why)
       SELECT received_at, 'conflict', 'discarded', order_no, content, source, topic, '', @why, context_mark, @hash, @size, payload, element, max(@now, received_at), @why
       FROM records WHERE id = @recordId`,
    );
    this.#orderOf = db.prepare('SELECT order_no FROM quarantine WHERE id = ?').pluck();
    this.#dropNeeds = db.prepare('DELETE FROM needs WHERE quarantine_id = ?');
    // As with records: a clock that says 1970 must not make it look settled long ago.
    this.#settle = db.prepare(
      "UPDATE quarantine SET state = ?, settled_at = max(?, received_at), why = ? WHERE id = ? AND state = 'open'",
    );
    this.#amend = db.prepare(
      "UPDATE quarantine SET kind = ?, field = ?, reason = ? WHERE id = ? AND state = 'open'",
    );
    this.#implausible = db
      .prepare(
        `SELECT id FROM quarantine WHERE id >= ? AND state = 'open' AND kind = 'unmappable' AND field = 'endTime'
           AND (reason LIKE '%"code":"end-ahead"%' OR reason LIKE '%"code":"end-behind"%') ORDER BY id LIMIT ?`,
      )
      .pluck();
    this.#counts = db.prepare(
      `SELECT max(n) FILTER (WHERE name = 'quarantine') AS open, max(n) FILTER (WHERE name = 'quarantine_bytes') AS size,
              max(n) FILTER (WHERE name = 'quarantine_dropped') AS dropped FROM counts`,
    );
    // Junk before what names an order, whoever published it; among equals the source and topic that takes the most
    // room gives, its oldest first: a flood only pushes out itself.
    const largest = (by: 'n' | 'bytes', ...kinds: [Share, Share]) =>
      kinds
        .map(
          (kind) =>
            `SELECT * FROM (SELECT kind, source, topic FROM quarantine_shares INDEXED BY quarantine_shares_${by}
               WHERE kind = ${kind} AND ${by} > 0 ORDER BY ${by} DESC LIMIT 1)`,
        )
        .join(' UNION ALL ');
    const first = (state: 'open' | 'dropped', by: 'n' | 'bytes', ...kinds: [Share, Share]) =>
      db.prepare(
        `SELECT q.id, q.topic, q.kind, q.order_no, q.worth FROM (SELECT * FROM (${largest(by, ...kinds)}) ORDER BY kind LIMIT 1) AS share
           JOIN quarantine AS q INDEXED BY quarantine_group
             ON q.source = share.source AND q.topic = share.topic AND q.state = '${state}' AND (q.worth > 0) = (share.kind IN (1, 3))
           ORDER BY q.worth, q.id LIMIT 1`,
      );
    this.#victim = { n: first('open', 'n', 0, 1), bytes: first('open', 'bytes', 0, 1) };
    this.#own = db.prepare(
      `SELECT q.id, q.topic, q.kind, q.order_no, q.worth FROM quarantine AS new
         JOIN quarantine AS q INDEXED BY quarantine_group
           ON q.source = new.source AND q.topic = new.topic AND q.state = 'open' AND q.worth <= new.worth
         WHERE new.id = ? AND new.worth < ? ORDER BY q.worth, q.id LIMIT 1`,
    );
    this.#forgotten = first('dropped', 'n', 2, 3);
    this.#remove = db.prepare('DELETE FROM quarantine WHERE id = ?');
    this.#drop = db.prepare(
      "UPDATE quarantine SET state = 'dropped', settled_at = ?, why = ?, payload = NULL WHERE id = ?",
    );
  }

  /** Open events that were refused because their end was implausible, from this id on: see `domain/plausible.ts`. */
  implausible(from: number, limit: number): number[] {
    return this.#implausible.all(from, limit).map(Number);
  }

  /**
   * Whether these very bytes on this topic lie there already (or were discarded by a person): a retained or
   * redelivered event costs nothing.
   */
  holds(event: InboundEvent): boolean {
    return this.#same.get(fingerprint(event)) !== undefined;
  }

  /** The contents of expired events of this order. */
  expired(orderNo: string): string[] {
    return this.#order.all(orderNo).map(String);
  }

  /** Keeps an event, and makes room where there is none: see {@link DroppedEvent}. */
  put(entry: NewQuarantine): { id: number; dropped: DroppedEvent[] } {
    const { event, fault } = entry;
    const size = event.oversize ?? event.payload.byteLength;
    const { lastInsertRowid } = this.#insert.run(
      this.#lastId,
      event.receivedAt,
      entry.kind,
      entry.orderNo ?? null,
      entry.content ?? null,
      entry.source,
      event.topic,
      publicName(fault.field),
      storedReason(fault.reason),
      entry.contextMark,
      fingerprint(event),
      size,
      size > WHOLE_PAYLOAD ? event.payload.subarray(0, CUT_PAYLOAD) : event.payload,
      event.element ?? null,
    );
    const id = Number(lastInsertRowid);
    this.#lastId = id;
    this.#await(id, entry.needs ?? []);
    return { id, dropped: this.#enforce(id, event.receivedAt) };
  }

  /** One event, whatever its state. A read. */
  get(id: number): QuarantinedEvent | undefined {
    const row = this.#get.get(id);
    return row === undefined ? undefined : eventOf(rowOf(row));
  }

  /** The ids of expired events that this context's key may still complete. A read. */
  lateFor(context: string, key: string): number[] {
    return this.#lateFor.all(context, key).map(Number);
  }

  /** The order that an event names; undefined where none. A read. */
  orderOf(id: number): string | undefined {
    const orderNo = this.#orderOf.get(id);
    return typeof orderNo === 'string' ? orderNo : undefined;
  }

  /** Closes an open event: it became a record, or a person discarded it. Returns false where it was not open. */
  settle(id: number, state: 'replayed' | 'discarded', at: number, why: string | undefined): boolean {
    return this.#settle.run(state, at, why ?? null, id).changes > 0;
  }

  /** Keeps the event of a record whose place another one takes, closed: the event of this id. */
  keepReplaced(recordId: number, by: number, now: number): void {
    const row = rowOf(this.#ofRecord.get(recordId));
    const event = { topic: text(row, 'topic'), payload: bytes(row, 'payload'), receivedAt: 0 };
    const why = storedReason(reason('operator.replaced', { id: by }));
    this.#keepReplaced.run({ recordId, hash: fingerprint(event), size: event.payload.byteLength, why, now });
  }

  /** Says anew why an open event is there and what it lacks, after a replay that did not help. */
  amend(id: number, kind: QuarantineKind, fault: Fault, needs: readonly Need[]): void {
    this.#amend.run(kind, publicName(fault.field), storedReason(fault.reason), id);
    this.#dropNeeds.run(id);
    this.#await(id, needs);
  }

  #await(id: number, needs: readonly Need[]): void {
    for (const need of needs) if (need.late) this.#addNeed.run(need.context, need.key, id);
  }

  /**
   * Drops what is beyond the limits: junk first, then what names an order; of these from the source and topic that
   * has the most, unless the new event is worth less: then one of its own topic goes. Each drop leaves its row without the payload, so that `records show ORDER` finds it; of such rows
   * as many stay as of open ones may.
   * @returns what was dropped, to be logged and counted
   */
  #enforce(id: number, at: number): DroppedEvent[] {
    const limits = this.#limits;
    const dropped: DroppedEvent[] = [];
    let counts = rowOf(this.#counts.get());
    for (;;) {
      const tooMany = number(counts, 'open') > limits.maxRows;
      if (!tooMany && number(counts, 'size') <= limits.maxBytes) break;
      const largest = this.#victim[tooMany ? 'n' : 'bytes'].get();
      if (largest === undefined) break;
      const row = rowOf(this.#own.get(id, number(rowOf(largest), 'worth')) ?? largest);
      this.#drop.run(at, 'quarantine was full', number(row, 'id'));
      dropped.push({
        id: number(row, 'id'),
        topic: text(row, 'topic'),
        kind: text(row, 'kind'),
        orderNo: optionalText(row, 'order_no'),
      });
      counts = rowOf(this.#counts.get());
    }
    this.forgetDropped(number(counts, 'dropped') - limits.maxRows);
    return dropped;
  }

  /** Removes at most so many rows of dropped events, junk first; returns how many went. */
  forgetDropped(most: number): number {
    for (let gone = 0; gone < most; gone += 1) {
      const row = this.#forgotten.get();
      if (row === undefined) return gone;
      this.#remove.run(number(rowOf(row), 'id'));
    }
    return Math.max(0, most);
  }
}

/** 32 hex digits that tell an event by its topic and bytes. */
export function fingerprint(event: InboundEvent): string {
  // Of what was too large only its size and digest are known.
  const head = Buffer.from(`${event.topic}\0${event.oversize ?? ''}${event.digest ?? ''}`);
  return hash('md5', Buffer.concat([head, event.payload]), 'hex');
}

function eventOf(row: Row): QuarantinedEvent {
  const kind = text(row, 'kind');
  const state = text(row, 'state');
  const payload = row['payload'] === null ? undefined : bytes(row, 'payload');
  return {
    id: number(row, 'id'),
    orderNo: optionalText(row, 'order_no'),
    kind: kind === 'conflict' || kind === 'expired' ? kind : 'unmappable',
    state: state === 'replayed' || state === 'discarded' || state === 'dropped' ? state : 'open',
    topic: text(row, 'topic'),
    source: optionalText(row, 'source') ?? '',
    payload: payload?.byteLength === number(row, 'size') ? payload : undefined,
    element: optionalNumber(row, 'element'),
    receivedAt: number(row, 'received_at'),
    contextMark: number(row, 'context_mark'),
  };
}
