import type { Act, AuditEntry, Changed } from '../../domain/operator.ts';
import type { Db } from '../database.ts';
import { jsonOf, number, optionalNumber, optionalText, rowOf, text } from './columns.ts';

/** The columns that {@link auditFrom} reads. */
export const AUDIT_COLUMNS = 'id, at, who, via, command, order_no, event_id, changed, why';

/** What an action was done to. */
export interface ActedOn {
  readonly orderNo?: string | undefined;
  readonly eventId?: number | undefined;
  readonly changed: Changed;
}

/** Operator actions, each written in the transaction that it is about. Prepared once. */
export class Audit {
  readonly #add;
  readonly #after;

  constructor(db: Db) {
    this.#add = db.prepare(
      'INSERT INTO audit (at, who, via, command, order_no, event_id, changed, why) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#after = db.prepare(`SELECT ${AUDIT_COLUMNS} FROM audit WHERE id > ? ORDER BY id LIMIT ?`);
  }

  /** Keeps an action. @param now the wall clock, epoch milliseconds */
  add({ operator, command, why }: Act, now: number, { orderNo, eventId, changed }: ActedOn): void {
    this.#add.run(
      now,
      operator.who,
      operator.via,
      command,
      orderNo ?? null,
      eventId ?? null,
      JSON.stringify(changed),
      why ?? null,
    );
  }

  /** The actions after this one, in their order. A read. */
  after(id: number, limit: number): AuditEntry[] {
    return this.#after.all(id, limit).map(auditFrom);
  }
}

/** A row of `audit`. @throws StorageError where the file is damaged */
export function auditFrom(found: unknown): AuditEntry {
  const row = rowOf(found);
  return {
    id: number(row, 'id'),
    at: number(row, 'at'),
    who: text(row, 'who'),
    via: row['via'] === 'page' ? 'page' : 'cli',
    command: text(row, 'command'),
    orderNo: optionalText(row, 'order_no'),
    eventId: optionalNumber(row, 'event_id'),
    changed: pairsOf(text(row, 'changed')),
    why: optionalText(row, 'why'),
  };
}

/** Pairs of before and after by field, as they are stored. */
export function pairsOf(json: string): Changed {
  const pairs: Record<string, readonly [string | null, string | null]> = {};
  for (const [field, pair] of Object.entries(jsonOf(json)))
    if (Array.isArray(pair)) pairs[field] = [textOrNull(pair[0]), textOrNull(pair[1])];
  return pairs;
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
