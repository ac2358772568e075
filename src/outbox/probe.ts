import { type Db, fold } from './database.ts';

/** What a probe writes: enough that a disk with a few bytes left does not pass for one with room. */
const PROBE_BYTES = 262_144;

/**
 * Opens the file anew and writes to it. After a failed fsync the kernel may hold as clean what never reached the
 * disk, so the journal is folded into the file, and fsynced there, before anything is trusted to it again.
 * @throws what opening, folding or SQLite throws: storage is still failed, and nothing is left open
 */
export function openProved(open: () => Db): Db {
  const db = open();
  try {
    fold(db);
    const write = db.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES ('probe', hex(zeroblob(?)))");
    write.run(PROBE_BYTES / 2);
    db.exec("DELETE FROM meta WHERE name = 'probe'");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
