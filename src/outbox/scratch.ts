/** An outbox for trying things out: on a folder of its own that is removed afterwards, emptied between trials. */
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../domain/clock.ts';
import { type Db, openDatabase } from './database.ts';
import { Outbox } from './outbox.ts';
import { OutboxReader } from './reader/reader.ts';

/** A file system in memory: nothing is kept there, so no fsync costs anything. Else the system's temporary folder. */
const IN_MEMORY = '/dev/shm';

/** Bounds that no trial reaches. */
const LIMITS = { maxRows: 1_000_000, maxBytes: 2 ** 30 };

/** A real outbox whose rows are forgotten between trials: opening a new file for each would cost ten times as much. */
export class ScratchOutbox {
  readonly outbox: Outbox;
  readonly reader: OutboxReader;
  readonly #folder: string;
  readonly #db: Db;
  readonly #removeAtExit = () => rmSync(this.#folder, { recursive: true, force: true });

  /**
   * @param clock what the outbox takes for the time; a trial may set it as it likes
   * @throws Error where no temporary folder can be written
   */
  constructor(clock: Clock) {
    this.#folder = mkdtempSync(join(isWritable(IN_MEMORY) ? IN_MEMORY : tmpdir(), 'pilegate-'));
    process.once('exit', this.#removeAtExit);
    const path = join(this.#folder, 'outbox.db');
    this.outbox = new Outbox({
      path,
      limits: LIMITS,
      maxSize: Number.MAX_SAFE_INTEGER,
      // Every clock of a trial counts as right.
      buildDate: 0,
      clock,
      hooks: { failed: () => {}, recovered: () => {}, committed: () => {} },
    });
    this.#db = openDatabase(path, false);
    this.reader = new OutboxReader(path);
  }

  /** Forgets every row, as if the file were new. */
  empty(): void {
    const tables = this.#db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('meta', 'counts')")
      .pluck()
      .all()
      .map(String);
    this.#db.transaction(() => {
      for (const table of tables) this.#db.prepare(`DELETE FROM ${table}`).run();
      this.#db.prepare('UPDATE counts SET n = 0').run();
    })();
  }

  /** Closes the outbox and removes its folder. */
  close(): void {
    this.reader.close();
    this.#db.close();
    this.outbox.close();
    process.removeListener('exit', this.#removeAtExit);
    this.#removeAtExit();
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
