import type { Db } from '../database.ts';
import { number, optionalNumber, type Row, rowOf, text } from './columns.ts';

/** What one step of pruning took. */
export interface Pruned {
  readonly delivered: number;
  readonly contexts: number;
  readonly quarantine: number;
  readonly seen: number;
  /** Whether there may be more to take. */
  readonly more: boolean;
}

/** Until when things are kept, epoch milliseconds: what is older goes. */
export interface Horizon {
  readonly delivered: number;
  readonly seen: number;
  readonly now: number;
}

/** Rows a step looks at, or takes, of each kind: a few milliseconds of work, so that nobody waits for it. */
const STEP = 500;
/** Free pages given back to the file system a step. */
const PAGES = 256;
/** Free pages that stay for the next rows: giving back what is needed again soon would only wear the flash. */
const RESERVE = 256;
/** What is stamped later than this from now, milliseconds, was stamped by a clock that ran ahead. */
const AHEAD_MS = 86_400_000;

/** Forgetting what is old, and giving its room back. Prepared once. */
export class Pruning {
  readonly #db: Db;
  readonly #window;
  readonly #anyDelivered;
  readonly #oldestDelivered;
  readonly #restamp;
  readonly #forget;
  readonly #remove;
  readonly #contexts;
  readonly #quarantine;
  readonly #seen;
  readonly #restampSeen;
  readonly #audit;
  /** Where the last look for old records ended: each goes on there, and round again, so that none reads the whole file. */
  #cursor = 0;

  constructor(db: Db) {
    this.#db = db;
    this.#window = db.prepare(
      `SELECT id, state, received_at, settled_at FROM records WHERE id > ? ORDER BY id LIMIT ${STEP}`,
    );
    this.#anyDelivered = db.prepare("SELECT n FROM counts WHERE name = 'delivered'").pluck();
    this.#oldestDelivered = db
      .prepare(`SELECT id FROM records WHERE state = 'delivered' ORDER BY id LIMIT ${STEP}`)
      .pluck();
    this.#restamp = db.prepare('UPDATE records SET settled_at = ? WHERE id = ?');
    this.#forget = db.prepare(
      'INSERT OR REPLACE INTO seen SELECT order_no, content, max(?, settled_at) FROM records WHERE id = ?',
    );
    this.#remove = db.prepare('DELETE FROM records WHERE id = ?');
    this.#contexts = db.prepare(
      `DELETE FROM contexts WHERE id IN (SELECT id FROM contexts INDEXED BY contexts_expiry WHERE expires_at <= ? LIMIT ${STEP})`,
    );
    this.#quarantine = db.prepare(
      `DELETE FROM quarantine WHERE id IN (SELECT id FROM quarantine INDEXED BY quarantine_settled
         WHERE state IN ('replayed', 'discarded') AND settled_at < ? LIMIT ${STEP})`,
    );
    this.#seen = db.prepare(
      `DELETE FROM seen WHERE order_no IN (SELECT order_no FROM seen INDEXED BY seen_at WHERE at < ? LIMIT ${STEP})`,
    );
    this.#audit = db.prepare(
      `DELETE FROM audit WHERE id IN (SELECT id FROM audit INDEXED BY audit_at WHERE at < ? LIMIT ${STEP})`,
    );
    this.#restampSeen = db.prepare('UPDATE seen INDEXED BY seen_at SET at = ? WHERE at > ?');
  }

  /** One small step of forgetting what is old: delivered records leave their order number behind. */
  prune(horizon: Horizon): Pruned {
    const { now } = horizon;
    const delivered = this.#records(horizon);
    const contexts = this.#contexts.run(now).changes;
    const quarantine = this.#quarantine.run(horizon.delivered).changes;
    this.#restampSeen.run(now, now + AHEAD_MS);
    const seen = this.#seen.run(horizon.seen).changes;
    // Operator actions are kept for as long as numbers are known: 400 days.
    const audit = this.#audit.run(horizon.seen).changes;
    const more = (delivered > 0 && this.#cursor > 0) || [contexts, quarantine, seen, audit].includes(STEP);
    return { delivered, contexts, quarantine, seen, more };
  }

  /** Makes room by the oldest delivered records, whatever their age; returns how many went. */
  shrink(now: number): number {
    // Among a million others the last few would be looked for in vain, again and again.
    if (Number(this.#anyDelivered.get()) === 0) return 0;
    const old = this.#oldestDelivered.all().map(Number);
    this.#take(old, now);
    return old.length;
  }

  /** Gives free pages back to the file system, a few at a time; returns whether there are more. */
  giveBack(): boolean {
    const spare = () => Number(this.#db.pragma('freelist_count', { simple: true })) - RESERVE;
    if (spare() < PAGES) return false;
    this.#db.pragma(`incremental_vacuum(${PAGES})`);
    return spare() >= PAGES;
  }

  #records({ delivered: horizon, now }: Horizon): number {
    const rows = this.#window.all(this.#cursor).map(rowOf);
    const old: number[] = [];
    for (const row of rows) {
      const settledAt = optionalNumber(row, 'settled_at');
      if (text(row, 'state') !== 'delivered' || settledAt === undefined) continue;
      if (settledAt < horizon) old.push(number(row, 'id'));
      else if (settledAt > now + AHEAD_MS) this.#restamp.run(now, number(row, 'id'));
    }
    this.#take(old, now);
    const last = rows.at(-1);
    this.#cursor =
      last !== undefined && rows.length === STEP && mayGoOn(last, horizon, now) ? number(last, 'id') : 0;
    return old.length;
  }

  #take(ids: readonly number[], now: number): void {
    for (const id of ids) {
      this.#forget.run(now, id);
      this.#remove.run(id);
    }
  }
}

/** Rows lie in the order of their arrival: from the first that is too young on, all are, unless its clock ran ahead. */
function mayGoOn(last: Row, horizon: number, now: number): boolean {
  const receivedAt = number(last, 'received_at');
  return receivedAt < horizon || receivedAt > now + AHEAD_MS;
}
