import type { ContextFact, ContextValue, ContextValues, Need } from '../../domain/event.ts';
import type { Db } from '../database.ts';
import { jsonOf, number, type Row, rowOf, text } from './columns.ts';

/** Where an event stands among the contexts' values: which came before it, and how long later ones count. */
export interface Moment {
  /** The newest context value's id when the event arrived. */
  readonly mark: number;
  /** When the event arrived, epoch milliseconds. */
  readonly receivedAt: number;
  /** Until when a later value counts, epoch milliseconds; a `late` context's counts for ever. */
  readonly waitUntil: number;
}

/** How much of all contexts is kept; what is beyond it goes, the longest unused first. */
export interface ContextLimits {
  /** Values of one context, by its name. */
  rows(context: string): number;
  /** Bytes of all contexts. */
  readonly bytes: number;
}

/** A value that is read again sooner than this keeps its time of use, milliseconds: a read should seldom write. */
const USE_MS = 60_000;

/** The statements over `contexts`, prepared once. */
export class Contexts {
  readonly #insert;
  readonly #last;
  readonly #extend;
  readonly #mark;
  readonly #before;
  readonly #after;
  readonly #use;
  readonly #share;
  readonly #bytes;
  readonly #largest;
  readonly #dropUnused;
  readonly #limits: ContextLimits;

  constructor(db: Db, limits: ContextLimits) {
    this.#limits = limits;
    this.#insert = db.prepare(
      'INSERT INTO contexts (name, key, since, at, expires_at, value, used_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#last = db.prepare(
      'SELECT id, at, value FROM contexts WHERE name = ? AND key = ? ORDER BY id DESC LIMIT 1',
    );
    this.#extend = db.prepare('UPDATE contexts SET at = ?, expires_at = ?, used_at = ? WHERE id = ?');
    this.#mark = db.prepare('SELECT coalesce(max(id), 0) FROM contexts').pluck();
    // A fact whose field is an empty text says nothing of that field: the facts before and after it do.
    const find = `SELECT id, since, at, used_at, value FROM contexts WHERE name = ? AND key = ?
      AND (SELECT f.value FROM json_each(contexts.value) f WHERE f.key = ?) IS NOT ''`;
    this.#before = db.prepare(`${find} AND id <= ? ORDER BY id DESC LIMIT 1`);
    this.#after = db.prepare(`${find} AND id > ? ORDER BY id LIMIT 1`);
    this.#use = db.prepare('UPDATE contexts SET used_at = ? WHERE id = ?');
    this.#share = db.prepare('SELECT n FROM context_shares WHERE name = ?').pluck();
    this.#bytes = db.prepare('SELECT coalesce(sum(bytes), 0) FROM context_shares').pluck();
    this.#largest = db.prepare('SELECT name FROM context_shares ORDER BY bytes DESC LIMIT 1').pluck();
    this.#dropUnused = db.prepare(
      `DELETE FROM contexts WHERE id IN (
         SELECT id FROM contexts INDEXED BY contexts_unused WHERE name = ? ORDER BY used_at, id LIMIT ?)`,
    );
  }

  /**
   * Keeps a fact, by arrival. One that only repeats the last one of its key keeps that one alive.
   * @param graceMs how long beyond its own time it is kept for events that still wait
   */
  put(fact: ContextFact, now: number, graceMs: number): void {
    const value = JSON.stringify(fact.values);
    const found = this.#last.get(fact.context, fact.key);
    const expires = now + fact.keepMs + graceMs;
    if (found !== undefined) {
      const last = rowOf(found);
      const age = now - number(last, 'at');
      // Not across a gap: whoever arrived within it must not be served by a value that came after.
      if (text(last, 'value') === value && age >= 0 && age <= fact.keepMs) {
        if (age > 0) this.#extend.run(now, expires, now, number(last, 'id'));
        return;
      }
    }
    this.#insert.run(fact.context, fact.key, now, now, expires, value, now);
    this.#enforce(fact.context);
  }

  /** Makes room by the values of all contexts that were unused for the longest; returns how many went. */
  shrink(most: number): number {
    const name = this.#largest.get();
    return name === undefined ? 0 : this.#dropUnused.run(name, most).changes;
  }

  /** Beyond all contexts' bytes the largest one gives: another one's flood takes nothing from it. */
  #enforce(context: string): void {
    const beyond = Number(this.#share.get(context) ?? 0) - this.#limits.rows(context);
    if (beyond > 0) this.#dropUnused.run(context, beyond);
    while (Number(this.#bytes.get()) > this.#limits.bytes) if (this.shrink(1) === 0) return;
  }

  /** The newest value's id: 0 where there is none. A read. */
  mark(): number {
    return Number(this.#mark.get());
  }

  /**
   * The value that serves a need of an event: the last one that came before it and was still good, else the
   * first that came after it in time; not a second one, which may be the next car's. It counts as used.
   */
  find(need: Need, moment: Moment): ContextValue | undefined {
    const before = this.#before.get(need.context, need.key, need.contextField, moment.mark);
    if (before !== undefined) {
      const row = rowOf(before);
      // A value from "the future" was stamped by a clock that has jumped since: its age is unknown, so it does not count.
      const age = moment.receivedAt - number(row, 'at');
      if (age <= need.keepMs && number(row, 'since') <= moment.receivedAt + CLOCK_SLACK_MS) {
        const value = valuesOf(text(row, 'value'))[need.contextField];
        if (value !== undefined && value !== '') return this.#used(row, moment, value);
      }
    }
    const after = this.#after.get(need.context, need.key, need.contextField, moment.mark);
    if (after === undefined) return undefined;
    const row = rowOf(after);
    // Not `at`: a value that came in time and was repeated long after is still the one that came in time.
    if (!need.late && number(row, 'since') > moment.waitUntil) return undefined;
    const value = valuesOf(text(row, 'value'))[need.contextField];
    return value === undefined || value === '' ? undefined : this.#used(row, moment, value);
  }

  #used(row: Row, { receivedAt }: Moment, value: ContextValue): ContextValue {
    if (receivedAt - number(row, 'used_at') >= USE_MS) this.#use.run(receivedAt, number(row, 'id'));
    return value;
  }
}

/** Small steps back of the clock that do not make a value's age unknown, milliseconds. */
const CLOCK_SLACK_MS = 60_000;

function valuesOf(json: string): ContextValues {
  const values: Record<string, ContextValue> = {};
  for (const [name, value] of Object.entries(jsonOf(json)))
    if (typeof value === 'string' || typeof value === 'number') values[name] = value;
  return values;
}
