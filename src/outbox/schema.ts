/**
 * The outbox file's tables. Times are epoch milliseconds of the wall clock. Every migration brings the file
 * from its index to the next version (`PRAGMA user_version`); a landed one is never changed. Salvage knows every
 * table by its columns: a migration that changes them goes with a change there.
 *
 * - `records`: one row an order, from arrival until it is pruned. `sort_at` is the time it is ordered by;
 *   `next_at` is set while a retry is deferred; `history` is the JSON array of its attempts, bounded.
 *   Partial indexes keep a pick cheap beside a million delivered, deferred or waiting rows. (An `IN` of more than
 *   two values would build a table at each insert: hence the `OR`s.)
 * - `seen`: what is left of a pruned record, so that a bill published again is still known.
 * - `needs`: which context a waiting record (or an expired event whose context may be late) waits for.
 * - `contexts`: values by arrival; `id` gives before and after, whatever the clock did; a value that is only
 *   repeated keeps its row alive: first seen `since`, last seen `at`.
 * - `quarantine`: events that could not become records; `state` open, replayed, discarded or dropped; `worth` says
 *   what goes first where there is no room: junk (0), then what names an order (1), then sessions that a person
 *   can mend (2).
 * - `counts`: rows by state, kept by triggers so that every writer keeps them and nobody scans; and when the
 *   last delivery was.
 * - `meta`: small facts of the running daemon for whoever reads the file.
 */
export const MIGRATIONS: readonly string[] = [
  `
CREATE TABLE records (
  id INTEGER PRIMARY KEY,
  order_no TEXT UNIQUE,
  state TEXT NOT NULL CHECK (state = 'pending' OR state = 'delivered' OR state = 'waiting' OR state = 'parked'),
  sort_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  next_at INTEGER,
  settled_at INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0,
  refusals INTEGER NOT NULL DEFAULT 0,
  strikes INTEGER NOT NULL DEFAULT 0,
  last_outcome TEXT,
  last_error TEXT,
  context_mark INTEGER NOT NULL DEFAULT 0,
  source TEXT NOT NULL,
  topic TEXT NOT NULL,
  content TEXT NOT NULL,
  ruled TEXT NOT NULL,
  record TEXT NOT NULL,
  payload BLOB NOT NULL,
  history TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX records_ready ON records (sort_at, received_at) WHERE state = 'pending' AND next_at IS NULL;
CREATE INDEX records_deferred ON records (next_at, received_at) WHERE state = 'pending' AND next_at IS NOT NULL;
CREATE INDEX records_waiting ON records (next_at) WHERE state = 'waiting';
CREATE INDEX records_parked ON records (settled_at) WHERE state = 'parked';
CREATE INDEX records_numberless ON records (content) WHERE order_no IS NULL;

CREATE TABLE seen (order_no TEXT PRIMARY KEY, content TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX seen_at ON seen (at);

CREATE TABLE contexts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  key TEXT NOT NULL,
  since INTEGER NOT NULL,
  at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  value TEXT NOT NULL
);
CREATE INDEX contexts_key ON contexts (name, key, id);
CREATE INDEX contexts_expiry ON contexts (expires_at);

CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY,
  received_at INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('unmappable', 'conflict', 'expired')),
  state TEXT NOT NULL CHECK (state IN ('open', 'replayed', 'discarded', 'dropped')),
  order_no TEXT,
  content TEXT,
  source TEXT NOT NULL,
  topic TEXT NOT NULL,
  field TEXT NOT NULL,
  reason TEXT NOT NULL,
  context_mark INTEGER NOT NULL,
  hash TEXT NOT NULL,
  size INTEGER NOT NULL,
  payload BLOB,
  settled_at INTEGER,
  why TEXT,
  worth INTEGER NOT NULL AS (CASE WHEN kind <> 'unmappable' THEN 2 WHEN order_no IS NOT NULL THEN 1 ELSE 0 END) VIRTUAL
);
CREATE INDEX quarantine_hash ON quarantine (hash);
CREATE INDEX quarantine_order ON quarantine (order_no) WHERE order_no IS NOT NULL;
CREATE INDEX quarantine_open ON quarantine (worth, id) WHERE state = 'open';
CREATE INDEX quarantine_dropped ON quarantine (id) WHERE state = 'dropped';
CREATE INDEX quarantine_settled ON quarantine (settled_at) WHERE state IN ('replayed', 'discarded');

CREATE TABLE needs (
  context TEXT NOT NULL,
  key TEXT NOT NULL,
  record_id INTEGER NOT NULL DEFAULT 0,
  quarantine_id INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (context, key, record_id, quarantine_id)
) WITHOUT ROWID;
CREATE INDEX needs_record ON needs (record_id) WHERE record_id > 0;
CREATE INDEX needs_quarantine ON needs (quarantine_id) WHERE quarantine_id > 0;

CREATE TABLE counts (name TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO counts VALUES ('waiting', 0), ('pending', 0), ('delivered', 0), ('parked', 0), ('last_delivery', 0), ('quarantine', 0), ('quarantine_bytes', 0), ('quarantine_dropped', 0);
CREATE TRIGGER records_added AFTER INSERT ON records BEGIN
  UPDATE counts SET n = n + 1 WHERE name = NEW.state;
END;
CREATE TRIGGER records_moved AFTER UPDATE OF state ON records WHEN OLD.state <> NEW.state BEGIN
  UPDATE counts SET n = n - 1 WHERE name = OLD.state;
  UPDATE counts SET n = n + 1 WHERE name = NEW.state;
  UPDATE counts SET n = NEW.settled_at WHERE name = 'last_delivery' AND NEW.state = 'delivered';
END;
CREATE TRIGGER records_removed AFTER DELETE ON records BEGIN
  UPDATE counts SET n = n - 1 WHERE name = OLD.state;
  DELETE FROM needs WHERE record_id = OLD.id;
END;
CREATE TRIGGER quarantine_added AFTER INSERT ON quarantine WHEN NEW.state = 'open' BEGIN
  UPDATE counts SET n = n + 1 WHERE name = 'quarantine';
  UPDATE counts SET n = n + coalesce(length(NEW.payload), 0) WHERE name = 'quarantine_bytes';
END;
CREATE TRIGGER quarantine_settled AFTER UPDATE OF state ON quarantine WHEN OLD.state = 'open' AND NEW.state <> 'open' BEGIN
  UPDATE counts SET n = n - 1 WHERE name = 'quarantine';
  UPDATE counts SET n = n - coalesce(length(OLD.payload), 0) WHERE name = 'quarantine_bytes';
  UPDATE counts SET n = n + 1 WHERE name = 'quarantine_dropped' AND NEW.state = 'dropped';
  DELETE FROM needs WHERE quarantine_id = OLD.id;
END;
CREATE TRIGGER quarantine_removed AFTER DELETE ON quarantine WHEN OLD.state = 'dropped' BEGIN
  UPDATE counts SET n = n - 1 WHERE name = 'quarantine_dropped';
END;

CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`,
  // Among a million pending the one that arrived first is found at once, whatever order their ends have.
  "CREATE INDEX records_arrival ON records (received_at) WHERE state = 'pending';",
];
