import type { AuditEntry } from '../../domain/operator.ts';
import type { Db } from '../database.ts';
import { AUDIT_COLUMNS, auditFrom } from '../tables/audit.ts';
import { number, rowOf } from '../tables/columns.ts';
import type { RecordState } from '../tables/records.ts';
import {
  EVENT_COLUMNS,
  eventFrom,
  type QuarantineState,
  RECORD_COLUMNS,
  type RecordStory,
  recordFrom,
  STORY_COLUMNS,
  type StoredEvent,
  type StoredRecord,
  storyFrom,
} from './rows.ts';

/** Which records are wanted; what is left out does not matter. Times are epoch milliseconds of the arrival. */
export interface RecordFilter {
  readonly states?: readonly RecordState[];
  readonly deviceId?: string;
  /** As the record has it: cleaned. */
  readonly plateNo?: string;
  /** Inclusive. */
  readonly since?: number;
  /** Exclusive. */
  readonly until?: number;
}

/** Which quarantined events are wanted. */
export interface EventFilter {
  readonly states?: readonly QuarantineState[];
  readonly kind?: StoredEvent['kind'];
  readonly since?: number;
  readonly until?: number;
}

/** Which operator actions are wanted. */
export interface AuditFilter {
  readonly orderNo?: string;
  readonly who?: string;
  readonly since?: number;
  readonly until?: number;
}

/** Some rows of a listing, and how far it has looked through the file. */
export interface Batch<T> {
  readonly rows: readonly T[];
  readonly looked: number;
  readonly total: number;
}

/** By arrival: the first rows of the file are the oldest. */
export type Direction = 'newest-first' | 'oldest-first';

/** Rows a batch holds at most; fewer where payloads come with them, which may be large. */
const ROWS = 500;
const STORY_ROWS = 100;
const EVENT_ROWS = 16;
/** Ids a batch looks at most: some ten milliseconds, so that whoever waits can be told how far it is. */
const IDS = 10_000;
/** States with fewer rows than this are looked up by their index, not by walking the whole file. */
const FEW = 20_000;

/** Where the records of a state are found without a walk through all of them. */
const BY_STATE: Readonly<Record<Exclude<RecordState, 'delivered'>, string>> = {
  waiting: "SELECT id FROM records INDEXED BY records_waiting WHERE state = 'waiting'",
  pending: `SELECT id FROM records INDEXED BY records_ready WHERE state = 'pending' AND next_at IS NULL
    UNION ALL SELECT id FROM records INDEXED BY records_deferred WHERE state = 'pending' AND next_at IS NOT NULL`,
  parked: "SELECT id FROM records INDEXED BY records_parked WHERE state = 'parked'",
};

/** Records, a batch at a time. Between two batches nothing is held open, so a daemon beside it is never kept waiting. */
export function* listRecords(
  db: Db,
  filter: RecordFilter,
  direction: Direction,
): Generator<Batch<StoredRecord>> {
  yield* list(db, {
    ...recordQuery(db, filter),
    columns: RECORD_COLUMNS,
    from: recordFrom,
    most: ROWS,
    direction,
  });
}

/** Records with events and attempts, a batch at a time. */
export function* listStories(
  db: Db,
  filter: RecordFilter,
  direction: Direction,
): Generator<Batch<RecordStory>> {
  yield* list(db, {
    ...recordQuery(db, filter),
    columns: STORY_COLUMNS,
    from: storyFrom,
    most: STORY_ROWS,
    direction,
  });
}

/** Quarantined events, a batch at a time. */
export function* listEvents(
  db: Db,
  filter: EventFilter,
  direction: Direction,
): Generator<Batch<StoredEvent>> {
  const where = [...times(filter), ...oneOf(filter.states)];
  if (filter.kind !== undefined) where.push('kind = @kind');
  const values = { since: filter.since, until: filter.until, kind: filter.kind };
  const only = filter.states?.length === 1 && filter.states[0] === 'open';
  const ids = only ? "SELECT id FROM quarantine INDEXED BY quarantine_open WHERE state = 'open'" : undefined;
  yield* list(db, {
    table: 'quarantine',
    where,
    values,
    ids,
    columns: EVENT_COLUMNS,
    from: eventFrom,
    most: EVENT_ROWS,
    direction,
  });
}

/** Operator actions before this id, the newest first, a batch. */
export function listAudit(db: Db, filter: AuditFilter, before: number): AuditEntry[] {
  const where = ['id < @before'];
  if (filter.orderNo !== undefined) where.push('order_no = @orderNo');
  if (filter.who !== undefined) where.push('who = @who');
  if (filter.since !== undefined) where.push('at >= @since');
  if (filter.until !== undefined) where.push('at < @until');
  return db
    .prepare(`SELECT ${AUDIT_COLUMNS} FROM audit WHERE ${where.join(' AND ')} ORDER BY id DESC LIMIT ${ROWS}`)
    .all({ ...filter, before })
    .map(auditFrom);
}

interface Query {
  readonly table: 'records' | 'quarantine';
  readonly where: readonly string[];
  readonly values: Readonly<Record<string, string | number | undefined>>;
  /** Gives the ids to look at, where they are few; all otherwise. */
  readonly ids: string | undefined;
}

function recordQuery(db: Db, filter: RecordFilter): Query {
  const where = [...times(filter), ...oneOf(filter.states)];
  // The record is stored by JSON.stringify: its members can be looked for as text, many times faster than by JSON.
  const member = (name: string, value: string | undefined) =>
    value === undefined ? undefined : `"${name}":${JSON.stringify(value)}`;
  const values = {
    since: filter.since,
    until: filter.until,
    device: member('deviceId', filter.deviceId),
    plate: member('plateNo', filter.plateNo),
  };
  if (values.device !== undefined) where.push('instr(record, @device) > 0');
  if (values.plate !== undefined) where.push('instr(record, @plate) > 0');
  return { table: 'records', where, values, ids: fewIds(db, filter.states) };
}

function fewIds(db: Db, states: readonly RecordState[] | undefined): string | undefined {
  if (states === undefined || states.includes('delivered')) return undefined;
  const count = db.prepare('SELECT n FROM counts WHERE name = ?').pluck();
  const rows = states.reduce((sum, state) => sum + Number(count.get(state)), 0);
  if (rows > FEW) return undefined;
  return states.flatMap((state) => (state === 'delivered' ? [] : BY_STATE[state])).join(' UNION ALL ');
}

function times({ since, until }: { since?: number; until?: number }): string[] {
  return [
    ...(since === undefined ? [] : ['received_at >= @since']),
    ...(until === undefined ? [] : ['received_at < @until']),
  ];
}

/** The names are ours, not a person's: they need no binding. */
function oneOf(states: readonly string[] | undefined): string[] {
  return states === undefined ? [] : [`state IN (${states.map((state) => `'${state}'`).join(', ')})`];
}

interface Walk<T> extends Query {
  readonly columns: string;
  readonly from: (row: unknown) => T;
  readonly direction: Direction;
  /** Rows a batch. */
  readonly most: number;
}

function* list<T extends { readonly id: number }>(db: Db, walk: Walk<T>): Generator<Batch<T>> {
  const order = `ORDER BY id ${walk.direction === 'newest-first' ? 'DESC' : 'ASC'}`;
  const select = (ids: string) =>
    `SELECT ${walk.columns} FROM ${walk.table} WHERE ${[ids, ...walk.where].join(' AND ')} ${order} LIMIT ${walk.most}`;
  // A value that no condition asks for would be refused.
  const values = Object.fromEntries(Object.entries(walk.values).filter(([, value]) => value !== undefined));
  if (walk.ids === undefined) yield* walkAll(db, walk, select('id BETWEEN @low AND @high'), values);
  else yield* walkIds(db, walk, `SELECT id FROM (${walk.ids}) ${order}`, select, values);
}

type Values = Readonly<Record<string, unknown>>;

function* walkIds<T>(
  db: Db,
  { from, most }: Walk<T>,
  idQuery: string,
  select: (ids: string) => string,
  values: Values,
): Generator<Batch<T>> {
  const ids = db.prepare(idQuery).pluck().all();
  const some = db.prepare(select('id IN (SELECT value FROM json_each(@ids))'));
  for (let at = 0; at < ids.length; at += most) {
    const chunk = ids.slice(at, at + most);
    const rows = some.all({ ...values, ids: JSON.stringify(chunk) }).map(from);
    yield { rows, looked: at + chunk.length, total: ids.length };
  }
}

function* walkAll<T extends { readonly id: number }>(
  db: Db,
  { table, from, most, direction }: Walk<T>,
  query: string,
  values: Values,
): Generator<Batch<T>> {
  const ends = rowOf(
    db.prepare(`SELECT coalesce(min(id), 1) AS low, coalesce(max(id), 0) AS high FROM ${table}`).get(),
  );
  const range = db.prepare(query);
  let [low, high] = [number(ends, 'low'), number(ends, 'high')];
  const total = high - low + 1;
  while (low <= high) {
    const down = direction === 'newest-first';
    const window = down ? [Math.max(low, high - IDS + 1), high] : [low, Math.min(high, low + IDS - 1)];
    const rows = range.all({ ...values, low: window[0], high: window[1] }).map(from);
    // A full batch may have left rows of its window behind: the next one goes on after its last.
    const last = rows.length === most ? rows.at(-1)?.id : undefined;
    if (down) high = (last ?? window[0] ?? low) - 1;
    else low = (last ?? window[1] ?? high) + 1;
    yield { rows, looked: total - Math.max(0, high - low + 1), total };
  }
}
