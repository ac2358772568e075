import { type Db, openReadOnly } from '../database.ts';
import { Upkeep } from '../tables/meta.ts';
import {
  EVENT_COLUMNS,
  eventFrom,
  RECORD_COLUMNS,
  recordFrom,
  type StoredEvent,
  type StoredRecord,
} from './rows.ts';

/** The newest rows of each kind that somebody looks at again and again. */
export interface Newest {
  /** By arrival, whatever their state. */
  readonly recent: readonly StoredRecord[];
  /** By when they were parked. */
  readonly parked: readonly StoredRecord[];
  /** Open ones, by arrival, without their payloads, which may be large. */
  readonly quarantined: readonly StoredEvent[];
  /** When the gate last took a record, epoch milliseconds. */
  readonly lastDelivery: number | undefined;
}

/** How many rows of each kind are wanted. */
export type Wanted = Readonly<Record<'recent' | 'parked' | 'quarantined', number>>;

// What a look costs must not depend on how much is in the file: each of these walks the end of an index.
const RECENT = `SELECT ${RECORD_COLUMNS} FROM records ORDER BY id DESC LIMIT ?`;
const PARKED = `SELECT ${RECORD_COLUMNS} FROM records INDEXED BY records_parked WHERE state = 'parked' ORDER BY settled_at DESC LIMIT ?`;
const OPEN = `SELECT ${EVENT_COLUMNS.replace('payload', 'NULL AS payload')} FROM quarantine WHERE id IN (
${[0, 1, 2]
  .map(
    (worth) =>
      `SELECT id FROM (SELECT id FROM quarantine INDEXED BY quarantine_open WHERE state = 'open' AND worth = ${worth} ORDER BY id DESC LIMIT @limit)`,
  )
  .join(' UNION ALL ')}
) ORDER BY id DESC LIMIT @limit`;

interface Open {
  readonly db: Db;
  newest(wanted: Wanted): Newest;
}

/**
 * A reader beside the daemon's own connection, for the status page: so that looking at rows has a cache of its own
 * and never meets a half-open file. Opened at the first look, and anew after anything went wrong or `close()`.
 */
export class Glance {
  readonly #path: string;
  #open: Open | undefined;

  /** @param path the outbox file, which need not be there yet */
  constructor(path: string) {
    this.#path = path;
  }

  /** A number that changes when anybody has written. Throws where the file cannot be read. */
  version(): number {
    return this.#read(({ db }) => Number(db.pragma('data_version', { simple: true })));
  }

  /** The newest rows. Throws where the file cannot be read. */
  newest(wanted: Wanted): Newest {
    return this.#read(({ newest }) => newest(wanted));
  }

  /** Closes the file; the next look opens it again. */
  close(): void {
    this.#open?.db.close();
    this.#open = undefined;
  }

  #read<T>(work: (open: Open) => T): T {
    try {
      this.#open ??= openAt(this.#path);
      return work(this.#open);
    } catch (error) {
      this.close();
      throw error;
    }
  }
}

function openAt(path: string): Open {
  const db = openReadOnly(path);
  db.pragma('cache_size = -256');
  const upkeep = new Upkeep(db);
  const [recent, parked, open] = [db.prepare(RECENT), db.prepare(PARKED), db.prepare(OPEN)];
  const newest = (wanted: Wanted): Newest => ({
    recent: recent.all(wanted.recent).map(recordFrom),
    parked: parked.all(wanted.parked).map(recordFrom),
    quarantined: open.all({ limit: wanted.quarantined }).map(eventFrom),
    lastDelivery: upkeep.lastDelivery(),
  });
  return { db, newest };
}
