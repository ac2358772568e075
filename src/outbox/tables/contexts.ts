import type { ContextFact, ContextValues, Need } from '../../domain/event.ts';
import type { Db } from '../database.ts';
import { jsonOf, number, rowOf, text } from './columns.ts';

/** Where an event stands among the contexts' values: which came before it, and how long later ones count. */
export interface Moment {
  /** The newest context value's id when the event arrived. */
  readonly mark: number;
  /** When the event arrived, epoch milliseconds. */
  readonly receivedAt: number;
  /** Until when a later value counts, epoch milliseconds; a `late` context's counts for ever. */
  readonly waitUntil: number;
}

/** The statements over `contexts`, prepared once. */
export class Contexts {
  readonly #insert;
  readonly #last;
  readonly #extend;
  readonly #mark;
  readonly #before;
  readonly #after;

  constructor(db: Db) {
    this.#insert = db.prepare(
      'INSERT INTO contexts (name, key, since, at, expires_at, value) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#last = db.prepare(
      'SELECT id, at, value FROM contexts WHERE name = ? AND key = ? ORDER BY id DESC LIMIT 1',
    );
    this.#extend = db.prepare('UPDATE contexts SET at = ?, expires_at = ? WHERE id = ?');
    this.#mark = db.prepare('SELECT coalesce(max(id), 0) FROM contexts').pluck();
    const find = 'SELECT since, at, value FROM contexts WHERE name = ? AND key = ?';
    this.#before = db.prepare(`${find} AND id <= ? ORDER BY id DESC LIMIT 1`);
    this.#after = db.prepare(`${find} AND id > ? ORDER BY id LIMIT 1`);
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
        if (age > 0) this.#extend.run(now, expires, number(last, 'id'));
        return;
      }
    }
    this.#insert.run(fact.context, fact.key, now, now, expires, value);
  }

  /** The newest value's id: 0 where there is none. A read. */
  mark(): number {
    return Number(this.#mark.get());
  }

  /**
   * The value that serves a need of an event: the last one that came before it and was still good, else the
   * first that came after it in time; not a second one, which may be the next car's. A read.
   */
  find(need: Need, moment: Moment): string | undefined {
    const before = this.#before.get(need.context, need.key, moment.mark);
    if (before !== undefined) {
      const row = rowOf(before);
      // A value from "the future" was stamped by a clock that has jumped since: its age is unknown, so it does not count.
      const age = moment.receivedAt - number(row, 'at');
      if (age <= need.keepMs && number(row, 'since') <= moment.receivedAt + CLOCK_SLACK_MS) {
        const value = valuesOf(text(row, 'value'))[need.contextField];
        if (value !== undefined && value !== '') return value;
      }
    }
    const after = this.#after.get(need.context, need.key, moment.mark);
    if (after === undefined) return undefined;
    const row = rowOf(after);
    // Not `at`: a value that came in time and was repeated long after is still the one that came in time.
    if (!need.late && number(row, 'since') > moment.waitUntil) return undefined;
    return valuesOf(text(row, 'value'))[need.contextField] || undefined;
  }
}

/** Small steps back of the clock that do not make a value's age unknown, milliseconds. */
const CLOCK_SLACK_MS = 60_000;

function valuesOf(json: string): ContextValues {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(jsonOf(json)))
    if (typeof value === 'string') values[name] = value;
  return values;
}
