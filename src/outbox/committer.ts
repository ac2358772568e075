import type { Db } from './database.ts';
import { normalise, StorageError } from './errors.ts';

/** What the committer needs from around it. */
export interface CommitterOptions<Tables> {
  /** Opens the file, durable and migrated. Throws StorageError or Failure. */
  open(): Db;
  /** Prepares the statements that jobs use. */
  prepare(db: Db): Tables;
  /** Called once when storage fails; nothing of the failed batch is on disk. */
  onFailed(error: StorageError): void;
  /** Called once when storage works again. */
  onRecovered(failedForMs: number): void;
  /** Called after every commit: how many jobs it took and how long, in milliseconds, fsync included. */
  onCommit(jobs: number, ms: number): void;
  /** The monotonic clock, milliseconds. */
  monotonic(): number;
}

interface Job<Tables> {
  run(tables: Tables): unknown;
  /** Kept over a storage failure: what it says has happened already, such as the gate's answer. */
  readonly keep: boolean;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** The longest batch: bounds how long the event loop stands still, some tens of milliseconds. */
const BATCH = 2_000;
/** Waits between probes of failed storage, milliseconds; the last one repeats. */
const PROBE_MS = [250, 500, 1_000, 2_000, 4_000, 5_000];
/** What a probe writes: enough that a disk with a few bytes left does not pass for one with room. */
const PROBE_BYTES = 262_144;

/**
 * The one writer of the outbox. Jobs queue up; one transaction takes whatever has gathered since the last,
 * one fsync serves all of them, and only then does each job's promise settle.
 *
 * Modes: `open` → (a commit fails for the storage's sake) → `failed` → (a probe writes) → `open`; `close()`
 * from either → `closed`. `#db` is open in `open`, may be closed in `failed`. In `failed` new jobs are rejected
 * at once, but for kept ones, which wait.
 */
export class Committer<Tables> {
  readonly #options: CommitterOptions<Tables>;
  #db: Db;
  #tables: Tables;
  #queue: Job<Tables>[] = [];
  #scheduled = false;
  #failure: { error: StorageError; since: number; probes: number; timer: NodeJS.Timeout } | undefined;
  #closed = false;

  /** @throws StorageError or Failure where the file cannot be opened */
  constructor(options: CommitterOptions<Tables>) {
    this.#options = options;
    this.#db = options.open();
    this.#tables = options.prepare(this.#db);
  }

  /** The prepared statements, for reading; reads see every settled job. Throws what SQLite throws. */
  get tables(): Tables {
    return this.#tables;
  }

  /** The open file, for reading figures of it. */
  get db(): Db {
    return this.#db;
  }

  /** Why storage is failed, or undefined while it works. */
  get failure(): StorageError | undefined {
    return this.#failure?.error;
  }

  /**
   * Queues a write. Its promise settles after the commit that took it: with what `run` returned, with what
   * `run` threw (its neighbours are not affected), or with a StorageError where nothing could be committed.
   * `run` may run more than once, and must not do anything but read and write these tables.
   */
  submit<T>(run: (tables: Tables) => T, keep = false): Promise<T> {
    if (this.#closed) return Promise.reject(new StorageError('the outbox is closed', 'PILEGATE_CLOSED'));
    if (this.#failure !== undefined && !keep) return Promise.reject(this.#failure.error);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let value: T;
    this.#queue.push({
      run: (tables) => {
        value = run(tables);
      },
      keep,
      resolve: () => resolve(value),
      reject,
    });
    this.#schedule();
    return promise;
  }

  /** Commits what is queued, folds the journal into the file and closes it. Kept jobs that storage still refuses are rejected. */
  close(): void {
    if (this.#closed) return;
    while (this.#queue.length > 0 && this.#failure === undefined) this.#flush();
    this.#closed = true;
    if (this.#failure !== undefined) {
      clearTimeout(this.#failure.timer);
      for (const job of this.#queue.splice(0)) job.reject(this.#failure.error);
    }
    this.#db.close();
  }

  #schedule(): void {
    if (this.#scheduled || this.#failure !== undefined) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#closed || this.#failure !== undefined) return;
      this.#flush();
      if (this.#queue.length > 0) this.#schedule();
    });
  }

  /** One transaction over the head of the queue. */
  #flush(): void {
    const batch = this.#queue.splice(0, BATCH);
    if (batch.length === 0) return;
    const started = this.#options.monotonic();
    try {
      const failed = this.#commit(batch);
      this.#options.onCommit(batch.length, this.#options.monotonic() - started);
      for (const job of batch) {
        const error = failed?.get(job);
        if (error === undefined) job.resolve(undefined);
        else job.reject(error);
      }
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.#queue = [...batch.filter((job) => job.keep), ...this.#queue];
      this.#fail(error);
      for (const job of batch) if (!job.keep) job.reject(error);
    }
  }

  /** Runs the batch; where one job throws, again with a savepoint around each, so that only that one fails. */
  #commit(batch: readonly Job<Tables>[]): Map<Job<Tables>, unknown> | undefined {
    try {
      this.#transaction(() => {
        for (const job of batch) job.run(this.#tables);
      });
      return undefined;
    } catch (error) {
      if (error instanceof StorageError) throw error;
    }
    const failed = new Map<Job<Tables>, unknown>();
    this.#transaction(() => {
      for (const job of batch) {
        this.#db.exec('SAVEPOINT job');
        try {
          job.run(this.#tables);
        } catch (error) {
          const known = normalise(error, `outbox ${this.#db.name}`);
          if (known instanceof StorageError) throw known;
          this.#db.exec('ROLLBACK TO job');
          failed.set(job, error);
        }
        this.#db.exec('RELEASE job');
      }
    });
    return failed;
  }

  #transaction(work: () => void): void {
    try {
      this.#db.exec('BEGIN IMMEDIATE');
      work();
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.open && this.#db.inTransaction) this.#db.exec('ROLLBACK');
      throw normalise(error, `outbox ${this.#db.name}`);
    }
  }

  #fail(error: StorageError): void {
    for (const job of this.#queue.filter((queued) => !queued.keep)) job.reject(error);
    this.#queue = this.#queue.filter((job) => job.keep);
    this.#failure = { error, since: this.#options.monotonic(), probes: 0, timer: this.#probeLater(0) };
    this.#options.onFailed(error);
  }

  #probeLater(probes: number): NodeJS.Timeout {
    return setTimeout(() => this.#probe(), PROBE_MS[Math.min(probes, PROBE_MS.length - 1)]);
  }

  /**
   * Opens the file anew and writes to it. After a failed fsync the kernel may hold as clean what never reached
   * the disk, so the journal is folded into the file, and fsynced there, before anything is trusted to it again.
   */
  #probe(): void {
    const failure = this.#failure;
    if (failure === undefined || this.#closed) return;
    try {
      if (this.#db.open) this.#db.close();
      this.#db = this.#options.open();
      const [busy] = this.#db.prepare<[], number>('PRAGMA wal_checkpoint(TRUNCATE)').pluck().all();
      if (busy !== 0)
        throw new StorageError(`outbox ${this.#db.name}: another process is reading it`, 'SQLITE_BUSY');
      const write = this.#db.prepare("INSERT OR REPLACE INTO meta VALUES ('probe', hex(zeroblob(?)))");
      this.#transaction(() => write.run(PROBE_BYTES / 2));
      this.#transaction(() => this.#db.exec("DELETE FROM meta WHERE name = 'probe'"));
      this.#tables = this.#options.prepare(this.#db);
    } catch {
      // Said once by onFailed; what counts now is only when it works again.
      failure.probes += 1;
      failure.timer = this.#probeLater(failure.probes);
      return;
    }
    this.#failure = undefined;
    this.#options.onRecovered(this.#options.monotonic() - failure.since);
    if (this.#queue.length > 0) this.#schedule();
  }
}
