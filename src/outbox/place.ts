import type { Clock } from '../domain/clock.ts';
import type { Place } from './committer.ts';
import type { Db } from './database.ts';
import { normalise, reasonOf, StorageError } from './errors.ts';
import { FileIdentity } from './file-identity.ts';
import { lockOutbox, type OutboxLock } from './lock.ts';
import { Upkeep } from './tables/meta.ts';
import { takeOver, takeOverNow } from './take-over.ts';

/** What happened where the file of an outbox was no longer at its name. */
export interface Replaced {
  /** What was found, one line. */
  readonly reason: string;
  /** Where what was put there lies now; undefined where there was nothing. */
  readonly aside: string | undefined;
  /** False where the rows could not be read any more: what was not at the gate by then is lost. */
  readonly rescued: boolean;
  /** Rows taken over that are not at the gate yet or wait for a person. */
  readonly taken: number;
}

/** The lock and the name of an outbox that this process has for itself. */
export class OutboxPlace implements Place {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #replaced: (what: Replaced) => void;
  #lock: OutboxLock;
  #files: FileIdentity;
  /** Whether it was said that the rows are lost. */
  #saidLost = false;

  /** @param lock held for the path */
  constructor(path: string, lock: OutboxLock, clock: Clock, replaced: (what: Replaced) => void) {
    this.#path = path;
    this.#clock = clock;
    this.#replaced = replaced;
    this.#lock = lock;
    this.#files = new FileIdentity(path);
  }

  /** The file at the name was opened (anew): it is the one from now on. */
  opened(): void {
    this.#files = new FileIdentity(this.#path);
    this.#saidLost = false;
  }

  displaced(): StorageError | undefined {
    try {
      this.#lockAgain();
    } catch (error) {
      return error instanceof StorageError ? error : new StorageError(reasonOf(error), 'PILEGATE_LOCKED');
    }
    return this.#files.displaced();
  }

  async takeOver(from: Db): Promise<boolean> {
    const reason = this.#reason();
    try {
      const aside = await takeOver(this.#path, from, this.#files, this.#clock.now());
      this.#replaced({ reason, aside, rescued: true, taken: openRows(from) });
      return true;
    } catch (error) {
      if (isReadable(from)) throw error;
      if (!this.#saidLost) this.#replaced({ reason, aside: undefined, rescued: false, taken: 0 });
      this.#saidLost = true;
      return false;
    }
  }

  takeOverNow(from: Db): void {
    const reason = this.#reason();
    const aside = takeOverNow(this.#path, from, this.#files, this.#clock.now());
    this.#replaced({ reason, aside, rescued: true, taken: openRows(from) });
  }

  /** Lets go of the lock. */
  release(): void {
    this.#lock.release();
  }

  /** What is displaced. @throws StorageError where another daemon has the name: its outbox must not be written over */
  #reason(): string {
    const error = this.displaced();
    if (error !== undefined && error.code !== 'PILEGATE_REPLACED') throw error;
    return error?.message ?? '';
  }

  /** The lock file may have gone the same way as the outbox: then whoever comes next would find none. */
  #lockAgain(): void {
    if (this.#lock.isInPlace()) return;
    const lock = lockOutbox(this.#path);
    this.#lock.release();
    this.#lock = lock;
  }
}

/** Whether all of it can still be read: the disk that holds it may be gone. */
function isReadable(db: Db): boolean {
  try {
    db.prepare('SELECT count(*) FROM records NOT INDEXED').get();
    return true;
  } catch (error) {
    if (normalise(error, '') instanceof StorageError) return false;
    throw error;
  }
}

function openRows(db: Db): number {
  const { waiting, pending, parked, quarantine } = new Upkeep(db).counts();
  return waiting + pending + parked + quarantine;
}
