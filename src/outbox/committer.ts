import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { reason } from '../domain/reason.ts';
import type { Db } from './database.ts';
import { normalise, StorageError } from './errors.ts';
import { openProved } from './probe.ts';

/** What the committer needs from around it. */
export interface CommitterOptions<Tables> {
  /** Opens the file anew, durable and migrated. Throws StorageError or Failure. */
  open(): Db;
  /** Prepares the statements that jobs use. */
  prepare(db: Db): Tables;
  /** Mends a damaged file that is closed by now, step by step; undefined where that is another process's business. */
  readonly mend: ((error: StorageError) => Generator<void, void>) | undefined;
  /** What brings the open file back to its name; undefined where that is another process's business. */
  readonly place: Place | undefined;
  /** Called once when storage fails; nothing of the failed batch is on disk. */
  onFailed(error: StorageError): void;
  /** Called once when storage works again. */
  onRecovered(): void;
  /** Called after every commit: how many jobs it took and how long, in milliseconds, fsync included. */
  onCommit(jobs: number, ms: number): void;
  /** The monotonic clock, milliseconds. */
  monotonic(): number;
}

/** Where the open file lies, and how its rows get back to where its name leads. */
export interface Place {
  /** Why the file's name no longer leads to what is open; undefined while it does. */
  displaced(): StorageError | undefined;
  /** Copies all rows into a file at the name; the connection stays open. False where it can no longer be read. */
  takeOver(from: Db): Promise<boolean>;
  /** The same at once. */
  takeOverNow(from: Db): void;
}

interface Job<Tables> {
  run(tables: Tables): unknown;
  /** What the last run gave. */
  value: unknown;
  /** Kept over a storage failure: what it says has happened already, such as the gate's answer. */
  readonly keep: boolean;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** A transaction's jobs, committed, and what those of them threw that failed. */
interface Batch<Tables> {
  readonly jobs: readonly Job<Tables>[];
  readonly failed: ReadonlyMap<Job<Tables>, unknown>;
  readonly ms: number;
}

/** The longest batch: bounds how long the event loop stands still, some tens of milliseconds. */
const BATCH = 2_000;
/**
 * How often it is checked that the file's name leads to what is open, milliseconds: before a batch is acknowledged,
 * unless that was checked so shortly before.
 */
const PLACE_MS = 100;
/** Waits between probes of failed storage, milliseconds; the last one repeats. */
const PROBE_MS = [250, 500, 1_000, 2_000, 4_000, 4_500];
/**
 * The one writer of the outbox. Jobs queue up; one transaction takes whatever has gathered since the last,
 * one fsync serves all of them, and only then does each job's promise settle, in the order of the jobs.
 *
 * Modes: `open` → (a commit or a read fails for the storage's sake) → `failed` → (a probe writes) → `open`;
 * `close()` from either → `closed`. In `failed` new jobs are rejected at once, but for kept ones, which wait; the
 * old connection stays for reading until a new one has proved itself, unless the file is damaged.
 */
export class Committer<Tables> {
  readonly #options: CommitterOptions<Tables>;
  readonly #closing = new AbortController();
  #db: Db;
  #tables: Tables;
  #queue: Job<Tables>[] = [];
  #scheduled = false;
  #failure: StorageError | undefined;
  /** Committed to a file that was displaced by then: acknowledged once the rows have been taken over. */
  #displaced: Batch<Tables>[] = [];
  /** Monotonic milliseconds: when the place was last found right. */
  #placedAt = Number.NEGATIVE_INFINITY;
  /** Set while a damaged file is mended. */
  #mending: Generator<void, void> | undefined;

  /** @param db the file, open; the committer closes it */
  constructor(options: CommitterOptions<Tables>, db: Db) {
    this.#options = options;
    this.#db = db;
    this.#tables = options.prepare(db);
  }

  /** The prepared statements, for reading; reads see every settled job. They throw what SQLite throws. */
  get tables(): Tables {
    return this.#tables;
  }

  /** Why storage is failed, or undefined while it works. */
  get failure(): StorageError | undefined {
    return this.#failure;
  }

  /**
   * Queues a write. Its promise settles after the commit that took it: with what `run` returned, with what
   * `run` threw (its neighbours are not affected), or with a StorageError where nothing could be committed.
   * `run` may run more than once, and must not do anything but read and write these tables.
   */
  submit<T>(run: (tables: Tables) => T, keep = false): Promise<T> {
    if (this.#closing.signal.aborted)
      return Promise.reject(new StorageError(reason('storage.closed', {}), 'PILEGATE_CLOSED'));
    if (this.#failure !== undefined && !keep) return Promise.reject(this.#failure);
    this.#schedule();
    // No closures of our own: this is done for every event.
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ run, value: undefined, keep, resolve, reject });
    });
  }

  /** A read failed for the storage's sake: nothing more is taken until a probe has written. */
  noticed(error: StorageError): void {
    if (this.#failure === undefined && !this.#closing.signal.aborted) this.#fail(error);
  }

  /** Checks that the file's name still leads to what is open: where nothing is written nobody else would notice. */
  checkPlace(): void {
    const displaced = this.#failure === undefined ? this.#options.place?.displaced() : undefined;
    if (displaced !== undefined) this.noticed(displaced);
  }

  /** Commits what is queued, folds the journal into the file and closes it. Kept jobs that storage still refuses are rejected. */
  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#lastTry();
    while (this.#queue.length > 0 && this.#failure === undefined) this.#flush();
    this.checkPlace();
    this.#lastTry();
    this.#closing.abort();
    this.#mending?.return();
    if (this.#failure !== undefined) this.#loseDisplaced(this.#failure);
    for (const job of this.#queue.splice(0)) job.reject(this.#failure);
    this.#db.close();
  }

  #schedule(): void {
    if (this.#scheduled || this.#failure !== undefined) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#failure === undefined && this.#queue.length > 0) this.#flush();
      if (this.#queue.length > 0) this.#schedule();
    });
  }

  /** One transaction over the head of the queue. */
  #flush(): void {
    const { monotonic } = this.#options;
    const batch = this.#queue.splice(0, BATCH);
    const started = monotonic();
    let failed: ReadonlyMap<Job<Tables>, unknown>;
    try {
      failed = this.#commit(batch);
    } catch (error) {
      // What is no StorageError here has left no transaction open, and is a defect: no job is to be blamed for it.
      if (!(error instanceof StorageError)) throw error;
      this.#queue.unshift(...batch);
      this.#fail(error);
      return;
    }
    const committed = { jobs: batch, failed, ms: monotonic() - started };
    const displaced = this.#checkedPlace();
    if (displaced === undefined) {
      this.#settle(committed);
      return;
    }
    this.#displaced.push(committed);
    this.#fail(displaced);
  }

  #settle({ jobs, failed, ms }: Batch<Tables>): void {
    for (const job of jobs) {
      if (failed.has(job)) job.reject(failed.get(job));
      else job.resolve(job.value);
    }
    this.#options.onCommit(jobs.length, ms);
  }

  #checkedPlace(): StorageError | undefined {
    const { place, monotonic } = this.#options;
    const now = monotonic();
    if (place === undefined || now - this.#placedAt < PLACE_MS) return undefined;
    this.#placedAt = now;
    return place.displaced();
  }

  /** Runs the batch; where one job throws, again with a savepoint around each, so that only that one fails. */
  #commit(batch: readonly Job<Tables>[]): ReadonlyMap<Job<Tables>, unknown> {
    const failed = new Map<Job<Tables>, unknown>();
    try {
      this.#transaction(() => {
        for (const job of batch) job.value = job.run(this.#tables);
      });
    } catch (error) {
      if (error instanceof StorageError) throw error;
      this.#transaction(() => {
        for (const job of batch) this.#runApart(job, failed);
      });
    }
    return failed;
  }

  #runApart(job: Job<Tables>, failed: Map<Job<Tables>, unknown>): void {
    this.#db.exec('SAVEPOINT job');
    try {
      job.value = job.run(this.#tables);
    } catch (error) {
      if (normalise(error, '') instanceof StorageError) throw error;
      this.#db.exec('ROLLBACK TO job');
      failed.set(job, error);
    }
    this.#db.exec('RELEASE job');
  }

  /** @throws StorageError, or what `work` threw: in either case nothing of it is left */
  #transaction(work: () => void): void {
    try {
      this.#db.exec('BEGIN IMMEDIATE');
      work();
      this.#db.exec('COMMIT');
    } catch (error) {
      try {
        if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
      } catch {
        // Closing is what remains, and rolls back too; the probe opens the file anew.
        this.#db.close();
      }
      throw normalise(error, this.#db.name);
    }
  }

  #fail(error: StorageError): void {
    this.#failure = error;
    const kept = this.#queue.filter((job) => job.keep);
    const lost = this.#queue.filter((job) => !job.keep);
    this.#queue = kept;
    void this.#recover(error);
    this.#options.onFailed(error);
    for (const job of lost) job.reject(error);
  }

  /** Probes the storage, with growing waits, until it can be written again or the outbox is closed. */
  async #recover(error: StorageError): Promise<void> {
    let damaged = error.damaged ? error : undefined;
    for (let probes = 0; ; probes += 1) {
      const wait = PROBE_MS[Math.min(probes, PROBE_MS.length - 1)];
      await sleep(wait, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      if (this.#closing.signal.aborted) return;
      try {
        const taken = await this.#takeOver();
        if (taken === 'in place' && damaged !== undefined) await this.#mend(damaged);
        damaged = undefined;
        if (this.#closing.signal.aborted) return;
        this.#reopen();
        if (taken === 'lost') this.#loseDisplaced(error);
      } catch (again) {
        // That storage is failed was said; what is wrong with it now decides only what to do next.
        const known = normalise(again, this.#db.name);
        if (!(known instanceof StorageError)) continue;
        if (known.damaged) damaged = known;
        // Why a displaced file could not be brought back is what a person has to know.
        if (this.#failure?.code === 'PILEGATE_REPLACED') this.#failure = known;
        continue;
      }
      this.#works();
      // What was kept goes first: whoever looks at the rows now must find there what the gate has answered.
      if (this.#queue.length > 0) this.#flush();
      if (this.failure !== undefined) return;
      this.#options.onRecovered();
      if (this.#queue.length > 0) this.#schedule();
      return;
    }
  }

  /** Storage works: what was committed to a displaced file has been taken over with it. */
  #works(): void {
    this.#failure = undefined;
    for (const batch of this.#displaced.splice(0)) this.#settle(batch);
  }

  /** Where the file is displaced, takes its rows over, or finds that they are lost. @throws what writing throws */
  async #takeOver(): Promise<'in place' | 'taken over' | 'lost'> {
    const { place } = this.#options;
    // What is mended is closed, and displaced by the mending itself.
    if (place === undefined || !this.#db.open || place.displaced() === undefined) return 'in place';
    return (await place.takeOver(this.#db)) ? 'taken over' : 'lost';
  }

  /** Nothing of what the displaced file alone has was acknowledged. */
  #loseDisplaced(error: StorageError): void {
    for (const { jobs } of this.#displaced.splice(0)) for (const job of jobs) job.reject(error);
  }

  /** Mends the damaged file between the turns of the event loop. */
  async #mend(error: StorageError): Promise<void> {
    if (this.#options.mend === undefined) return;
    this.#db.close();
    const mending = this.#options.mend(error);
    this.#mending = mending;
    try {
      while (!mending.next().done) await turn();
    } finally {
      this.#mending = undefined;
    }
  }

  /** Goes over to a connection that has proved itself. */
  #reopen(): void {
    const { open, prepare } = this.#options;
    const db = openProved(open);
    try {
      this.#tables = prepare(db);
    } catch (error) {
      db.close();
      throw error;
    }
    this.#db.close();
    this.#db = db;
  }

  /** For what must not be forgotten, before it is too late. */
  #lastTry(): void {
    const { place } = this.#options;
    if (this.#failure === undefined || this.#failure.damaged) return;
    const displaced = this.#db.open && place?.displaced() !== undefined;
    if (this.#queue.length === 0 && !displaced) return;
    try {
      if (displaced) place?.takeOverNow(this.#db);
      this.#reopen();
      this.#works();
    } catch {
      // Still failed, as was said.
    }
  }
}
