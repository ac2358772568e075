import type { Db } from '../database.ts';

/** Tables whose rows are stamped at their arrival, with an id that rises. */
const STAMPED = ['records', 'quarantine', 'contexts', 'audit'] as const;

/** The last id of each table. */
export type LastIds = Readonly<Record<(typeof STAMPED)[number], number>>;

/** The wall clock was set. Times are epoch milliseconds. */
export interface Jump {
  readonly by: number;
  /** What the clock would say without the jump. */
  readonly from: number;
  /** What it says. */
  readonly to: number;
  /** How long this process has stamped rows, milliseconds. */
  readonly running: number;
}

/** The furthest away that anything is planned, milliseconds: a record's next attempt, and the end of a wait for what it lacks. */
export interface LongestPlans {
  readonly retry: number;
  readonly wait: number;
}

/** Rows stamped anew in one commit. */
const STEP = 2_000;

/** Where rows that plan something are found without a walk through all of them. */
const PLANNED = [
  [
    'retry',
    "records INDEXED BY records_deferred SET next_at = {} WHERE state = 'pending' AND next_at IS NOT NULL",
  ],
  ['wait', "records INDEXED BY records_waiting SET next_at = {} WHERE state = 'waiting'"],
  // A waiting one that a person parked keeps the end of its wait.
  [
    'wait',
    "records INDEXED BY records_parked SET next_at = {} WHERE state = 'parked' AND next_at IS NOT NULL",
  ],
] as const;

/** How each table's rows are stamped anew. */
const RESTAMP: Readonly<Record<keyof LastIds, { readonly arrived: string; readonly sets: string }>> = {
  records: {
    arrived: 'received_at',
    sets: `received_at = received_at + @by,
      settled_at = iif(id IN (SELECT value FROM json_each(@fresh)), iif(settled_at = received_at, @to, settled_at), settled_at + @by),
      sort_at = iif(sort_at = received_at, sort_at + @by, sort_at)`,
  },
  quarantine: {
    arrived: 'received_at',
    sets: 'received_at = received_at + @by, settled_at = settled_at + @by',
  },
  contexts: {
    arrived: 'since',
    sets: 'since = since + @by, at = at + @by, expires_at = expires_at + @by, used_at = used_at + @by',
  },
  audit: { arrived: 'at', sets: 'at = at + @by' },
};

/** Older rows that were written again since the start are known by what they say: a time since the start, by the old clock. */
const REWRITTEN = [
  "records INDEXED BY records_parked SET settled_at = settled_at + @by WHERE state = 'parked' AND settled_at BETWEEN @since AND @from AND id <= @records",
  "quarantine INDEXED BY quarantine_settled SET settled_at = settled_at + @by WHERE state IN ('replayed', 'discarded') AND settled_at BETWEEN @since AND @from AND id <= @quarantine",
  'contexts SET at = at + @by, expires_at = expires_at + @by WHERE at BETWEEN @since AND @from AND id <= @contexts',
  'contexts SET used_at = used_at + @by WHERE used_at BETWEEN @since AND @from AND id <= @contexts',
  "counts SET n = n + @by WHERE name = 'last_delivery' AND n BETWEEN @since AND @from",
  'devices SET last_seen = last_seen + @by WHERE last_seen BETWEEN @since AND @from',
] as const;

/**
 * What this process has stamped by the wall clock: rows that arrived since its start, and older ones that were
 * settled since. Each jump stamps all of them anew, so that they keep their distance from now: where the clock
 * comes back, they say again what they said before.
 */
export class StampedRows {
  readonly #start: LastIds;
  /** What was there when the clock was last found unchanged. */
  #checked: LastIds;
  /** Records older than the start that were delivered since, up to that moment. */
  readonly #settled = new Set<number>();
  /** Records delivered since that moment. */
  #recent: number[] = [];

  constructor(start: LastIds) {
    this.#start = start;
    this.#checked = start;
  }

  /** What was there when the clock was last found unchanged. */
  get last(): LastIds {
    return this.#checked;
  }

  /** A record was delivered. */
  delivered(id: number): void {
    this.#recent.push(id);
  }

  /** The clock is as it was: what is there by now was stamped by it. */
  unchanged(last: LastIds): void {
    this.#checked = last;
    for (const id of this.#recent) if (id <= this.#start.records) this.#settled.add(id);
    this.#recent = [];
  }

  /** The steps that stamp all of these rows anew, each to be committed by itself. */
  *restamp(jump: Jump, last: LastIds): Generator<(db: Db) => void> {
    const start = this.#start;
    const checked = this.#checked;
    let fresh: readonly number[] = [];
    const recent = this.#recent;
    yield (db) => {
      fresh = stampedByNew(db, recent, jump);
      moveRewritten(db, jump, start);
    };
    for (const table of STAMPED)
      for (let low = start[table]; low < last[table]; low += STEP)
        yield (db) =>
          moveArrived(db, table, jump, {
            low,
            high: Math.min(low + STEP, last[table]),
            checked: checked[table],
            fresh,
          });
    this.unchanged(last);
    const settled = [...this.#settled];
    for (let at = 0; at < settled.length; at += STEP)
      yield (db) => moveSettled(db, settled.slice(at, at + STEP), jump, fresh);
  }
}

/**
 * Between a jump and its discovery records were delivered by the new clock already. One that was given the time of its
 * arrival, since the new clock is behind that, gets it again once its arrival is stamped anew.
 */
function stampedByNew(db: Db, ids: readonly number[], { from, to }: Jump): number[] {
  const isNew = db.prepare(
    `SELECT 1 FROM records WHERE id = @id AND (abs(settled_at - @to) < abs(settled_at - @from)
       OR (settled_at = received_at AND @to < received_at AND @to < @from))`,
  );
  return ids.filter((id) => isNew.get({ id, from, to }) !== undefined);
}

function moveRewritten(db: Db, { by, from, running }: Jump, start: LastIds): void {
  for (const [, planned] of PLANNED) db.prepare(`UPDATE ${planned.replace('{}', 'next_at + ?')}`).run(by);
  const since = from - running;
  for (const sql of REWRITTEN) {
    const table = STAMPED.find((name) => sql.includes(`@${name}`));
    db.prepare(`UPDATE ${sql}`).run({ by, from, since, ...(table && { [table]: start[table] }) });
  }
}

function moveArrived(
  db: Db,
  table: keyof LastIds,
  { by, from, to }: Jump,
  rows: { low: number; high: number; checked: number; fresh: readonly number[] },
): void {
  const { arrived, sets } = RESTAMP[table];
  const { fresh, ...range } = rows;
  const values = { ...range, by, from, to, ...(table === 'records' && { fresh: JSON.stringify(fresh) }) };
  db.prepare(
    `UPDATE ${table} SET ${sets} WHERE id > @low AND id <= @high
       AND (id <= @checked OR abs(${arrived} - @from) < abs(${arrived} - @to))`,
  ).run(values);
}

/** What a clock in the past has delivered was given the time of its arrival: it was delivered just now at the latest. */
function moveSettled(db: Db, ids: readonly number[], { by, from, to }: Jump, fresh: readonly number[]): void {
  const move = db.prepare(
    `UPDATE records SET settled_at = iif(settled_at = received_at AND settled_at > @from, @to, settled_at + @by)
     WHERE id = @id AND state = 'delivered'`,
  );
  for (const id of ids) if (!fresh.includes(id)) move.run({ id, by, from, to });
}

/** The last id of each table of stamped rows. A read. */
export function lastIds(db: Db): LastIds {
  const last = (table: string) =>
    Number(db.prepare(`SELECT coalesce(max(id), 0) FROM ${table}`).pluck().get());
  return {
    records: last('records'),
    quarantine: last('quarantine'),
    contexts: last('contexts'),
    audit: last('audit'),
  };
}

/**
 * Nothing is planned further away than its longest wait, whatever the clock said when it was planned: a context
 * that comes later may be the next car's.
 */
export function clampPlans(db: Db, now: number, longest: LongestPlans): void {
  for (const [kind, planned] of PLANNED) {
    const latest = now + longest[kind];
    db.prepare(`UPDATE ${planned.replace('{}', '?')} AND next_at > ?`).run(latest, latest);
  }
}
