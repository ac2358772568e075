import type { AuditEntry } from '../../domain/operator.ts';
import { type OutboxFacts, readSnapshot, type Snapshot } from '../../domain/snapshot.ts';
import { type Db, openReadOnly } from '../database.ts';
import { failureOf, normalise } from '../errors.ts';
import { isLocked } from '../lock.ts';
import { AUDIT_COLUMNS, auditFrom } from '../tables/audit.ts';
import { number, rowOf, text } from '../tables/columns.ts';
import { SEEN_MS, Upkeep } from '../tables/meta.ts';
import {
  type AuditFilter,
  type Batch,
  type Direction,
  type EventFilter,
  listAudit,
  listEvents,
  listRecords,
  listStories,
  type RecordFilter,
} from './listing.ts';
import {
  EVENT_COLUMNS,
  eventFrom,
  type RecordStory,
  STORY_COLUMNS,
  type StoredEvent,
  type StoredRecord,
  storyFrom,
} from './rows.ts';

/** How the outbox stands. Times are epoch milliseconds. */
export interface Health extends OutboxFacts {
  /** Whether a daemon has it open now. */
  readonly running: boolean;
  /** What a daemon last wrote of itself into this file, on a change; undefined where none has. */
  readonly daemon: Snapshot | undefined;
}

/** All that is known of an order number. */
export interface OrderStory {
  readonly record: RecordStory | undefined;
  /** Which contexts a waiting record waits for. */
  readonly needs: readonly { readonly context: string; readonly key: string }[];
  /** Events of this order in quarantine, whatever became of them, the newest first. */
  readonly quarantined: readonly StoredEvent[];
  /** Where the record was delivered and forgotten: when, and until when its number is known. */
  /** What operators did to it, the newest first. */
  readonly audit: readonly AuditEntry[];
  readonly pruned: { readonly at: number; readonly knownUntil: number } | undefined;
}

/** Events of one order that are told at most. */
const EVENTS_OF_ORDER = 20;
/** Operator actions of one order that are shown at most. */
const AUDIT_OF_ORDER = 100;

/**
 * Reads the outbox beside a daemon or without one; never writes to it and never keeps a daemon waiting.
 * Each method throws Failure where the file is damaged or cannot be read.
 */
export class OutboxReader {
  readonly path: string;
  readonly #db: Db;
  readonly #upkeep: Upkeep;

  /** @throws Failure where there is no outbox, it cannot be read, or its version is not this program's */
  constructor(path: string) {
    this.path = path;
    this.#db = openReadOnly(path);
    this.#upkeep = readOrFail(path, () => new Upkeep(this.#db));
  }

  /** How the outbox and its daemon stand. Never reads all rows. */
  health(): Health {
    return this.#read(() => ({
      running: isLocked(this.path),
      daemon: readSnapshot(JSON.parse(this.#upkeep.meta('daemon') ?? 'null')),
      ...this.#upkeep.facts(),
    }));
  }

  /** Records by arrival, a batch at a time; batches may be empty. */
  *records(filter: RecordFilter, direction: Direction): Generator<Batch<StoredRecord>> {
    yield* this.#each(listRecords(this.#db, filter, direction));
  }

  /** Records with events and attempts, likewise. */
  *stories(filter: RecordFilter, direction: Direction): Generator<Batch<RecordStory>> {
    yield* this.#each(listStories(this.#db, filter, direction));
  }

  /** Quarantined events, likewise. */
  *events(filter: EventFilter, direction: Direction): Generator<Batch<StoredEvent>> {
    yield* this.#each(listEvents(this.#db, filter, direction));
  }

  /** All that is known of an order number. */
  order(orderNo: string): OrderStory {
    return this.#read(() => {
      const row = this.#db.prepare(`SELECT ${STORY_COLUMNS} FROM records WHERE order_no = ?`).get(orderNo);
      const record = row === undefined ? undefined : storyFrom(row);
      const seen = this.#db.prepare('SELECT at FROM seen WHERE order_no = ?').get(orderNo);
      const at = seen === undefined ? undefined : number(rowOf(seen), 'at');
      return {
        record,
        needs: record === undefined ? [] : this.#needs(record.id),
        quarantined: this.#db
          .prepare(
            `SELECT ${EVENT_COLUMNS} FROM quarantine WHERE order_no = ? ORDER BY id DESC LIMIT ${EVENTS_OF_ORDER}`,
          )
          .all(orderNo)
          .map(eventFrom),
        audit: this.#auditOf(orderNo),
        pruned: at === undefined ? undefined : { at, knownUntil: at + SEEN_MS },
      };
    });
  }

  /** What operators did, the newest first, a batch at a time. */
  *audit(filter: AuditFilter): Generator<readonly AuditEntry[]> {
    for (let before = Number.MAX_SAFE_INTEGER; ; ) {
      const rows = this.#read(() => listAudit(this.#db, filter, before));
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows;
      before = last.id;
    }
  }

  /** What operators did to an order, the newest first. */
  auditOf(orderNo: string): AuditEntry[] {
    return this.#read(() => this.#auditOf(orderNo));
  }

  /** A quarantined event, whatever became of it. */
  event(id: number): StoredEvent | undefined {
    return this.#read(() => {
      const row = this.#db.prepare(`SELECT ${EVENT_COLUMNS} FROM quarantine WHERE id = ?`).get(id);
      return row === undefined ? undefined : eventFrom(row);
    });
  }

  /** Order numbers that a person may have meant: those that hold what was typed, or differ by a slip. Walks through all of them. */
  similar(typed: string, limit: number): string[] {
    return this.#read(() => {
      const found: string[] = [];
      const numbers = this.#db.prepare('SELECT order_no FROM records WHERE order_no IS NOT NULL').pluck();
      for (const known of numbers.iterate()) {
        if (typeof known !== 'string' || !(holds(known, typed) || alike(known, typed))) continue;
        found.push(known);
        if (found.length === limit) break;
      }
      return found;
    });
  }

  /** Closes the file. */
  close(): void {
    this.#db.close();
  }

  #needs(id: number): { context: string; key: string }[] {
    return this.#db
      .prepare('SELECT context, key FROM needs WHERE record_id = ? ORDER BY context, key')
      .all(id)
      .map((found) => {
        const row = rowOf(found);
        return { context: text(row, 'context'), key: text(row, 'key') };
      });
  }

  #auditOf(orderNo: string): AuditEntry[] {
    return this.#db
      .prepare(
        `SELECT ${AUDIT_COLUMNS} FROM audit WHERE order_no = ? ORDER BY id DESC LIMIT ${AUDIT_OF_ORDER}`,
      )
      .all(orderNo)
      .map(auditFrom);
  }

  #read<T>(work: () => T): T {
    return readOrFail(this.path, work);
  }

  *#each<T>(batches: Generator<T>): Generator<T> {
    for (;;) {
      const next = this.#read(() => batches.next());
      if (next.done) return;
      yield next.value;
    }
  }
}

/** Makes a Failure, told to a person, of what storage throws. */
export function readOrFail<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toFailure(path, error);
  }
}

/** A Failure where storage threw it; anything else as it is. */
export function toFailure(path: string, error: unknown): unknown {
  return failureOf(normalise(error, path));
}

/** People type the last digits of a long number. */
function holds(known: string, typed: string): boolean {
  return typed.length >= 4 && known.includes(typed);
}

/** Whether two order numbers differ by no more than a slip: one digit wrong, missing, too many, or two swapped. */
function alike(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1) return false;
  let head = 0;
  while (head < one.length && one[head] === other[head]) head += 1;
  let tail = 0;
  const room = Math.min(one.length, other.length) - head;
  while (tail < room && one.at(-1 - tail) === other.at(-1 - tail)) tail += 1;
  const [left, right] = [one.slice(head, one.length - tail), other.slice(head, other.length - tail)];
  return Math.max(left.length, right.length) <= 1 || (left.length === 2 && left === `${right[1]}${right[0]}`);
}
