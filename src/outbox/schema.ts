/**
 * The outbox file's tables. Times are epoch milliseconds of the wall clock. Every migration brings the file
 * from its index to the next version (`PRAGMA user_version`); a landed one is never changed. Recovery finds the rows
 * of a table with row ids by how many columns they have, in any version: no two such tables may ever have the same
 * number (a test compares them), and tables and indexes are only added, never dropped.
 *
 * - `records`: one row an order, from arrival until it is pruned. `sort_at` is the time it is ordered by;
 *   `next_at` is set while a retry is deferred; `history` is the JSON array of its attempts, bounded.
 *   Partial indexes keep a pick cheap beside a million delivered, deferred or waiting rows. (An `IN` of more than
 *   two values would build a table at each insert: hence the `OR`s.)
 * - `seen`: what is left of a pruned record, so that a bill published again is still known.
 * - `needs`: which context a waiting record (or an expired event whose context may be late) waits for.
 *   `corrections` holds the values that a person has set, as JSON by field: `payload` stays what the pile published.
 *   `element` is the index in a message that held many sessions: `payload` is then that element alone.
 * - `contexts`: values by arrival; `id` gives before and after, whatever the clock did; a value that is only
 *   repeated keeps its row alive: first seen `since`, last seen `at`, last published or read `used_at`.
 * - `context_shares`: rows and bytes of each context, kept by triggers.
 * - `quarantine`: events that could not become records; `state` open, replayed, discarded or dropped; `worth` says
 *   what goes first where there is no room: junk (0), then what names an order (1), then sessions that a person
 *   can mend (2).
 * - `quarantine_shares`: rows and bytes of each source and topic in quarantine, kept by triggers; `kind` is 0 for open
 *   junk, 1 for open events of worth, 2 and 3 for the same, dropped.
 * - `audit`: what operators did; `changed` is JSON, `{field: [before, after]}`; `via` is `cli` or `page`.
 * - `warnings`: what a person should know of and events or faults brought about, by code and subject (a device, a
 *   source, or '').
 * - `devices`: when each device was last heard of, and since when it counts as silent.
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
  `
ALTER TABLE records ADD COLUMN corrections TEXT;
ALTER TABLE records ADD COLUMN element INTEGER;
ALTER TABLE quarantine ADD COLUMN element INTEGER;
ALTER TABLE contexts ADD COLUMN used_at INTEGER NOT NULL DEFAULT 0;
UPDATE records SET last_error = json_object('code', 'operator.parked', 'params',
    iif(length(last_error) > 16, json_object('why', substr(last_error, 17)), json('{}')))
  WHERE state = 'parked' AND (last_error = 'parked by hand' OR substr(last_error, 1, 16) = 'parked by hand: ');
UPDATE contexts SET used_at = at;
CREATE INDEX contexts_unused ON contexts (name, used_at);

CREATE TABLE context_shares (name TEXT PRIMARY KEY, n INTEGER NOT NULL, bytes INTEGER NOT NULL) WITHOUT ROWID;
CREATE TRIGGER contexts_added AFTER INSERT ON contexts BEGIN
  INSERT INTO context_shares VALUES (NEW.name, 1, ${contextBytes('NEW')})
    ON CONFLICT DO UPDATE SET n = n + 1, bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER contexts_removed AFTER DELETE ON contexts BEGIN
  UPDATE context_shares SET n = n - 1, bytes = bytes - ${contextBytes('OLD')} WHERE name = OLD.name;
END;
INSERT INTO context_shares SELECT name, count(*), sum(${contextBytes('contexts')}) FROM contexts GROUP BY name;

CREATE TABLE quarantine_shares (
  kind INTEGER NOT NULL,
  source TEXT NOT NULL,
  topic TEXT NOT NULL,
  n INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY (kind, source, topic)
) WITHOUT ROWID;
CREATE INDEX quarantine_shares_n ON quarantine_shares (kind, n);
CREATE INDEX quarantine_shares_bytes ON quarantine_shares (kind, bytes);
CREATE INDEX quarantine_group ON quarantine (source, topic, state, worth, id);
CREATE TRIGGER quarantine_share_added AFTER INSERT ON quarantine WHEN ${isShared('NEW')} BEGIN
  ${addShare('NEW')}
END;
CREATE TRIGGER quarantine_share_moved AFTER UPDATE OF state, kind ON quarantine BEGIN
  ${takeShare('OLD')}
  ${addShare('NEW')}
END;
CREATE TRIGGER quarantine_share_removed AFTER DELETE ON quarantine WHEN ${isShared('OLD')} BEGIN
  ${takeShare('OLD')}
END;
INSERT INTO quarantine_shares SELECT ${shareKind('quarantine')}, source, topic, count(*), sum(coalesce(length(payload), 0))
  FROM quarantine WHERE ${isShared('quarantine')} GROUP BY 1, 2, 3;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  who TEXT NOT NULL,
  via TEXT NOT NULL,
  command TEXT NOT NULL,
  order_no TEXT,
  event_id INTEGER,
  changed TEXT NOT NULL,
  why TEXT
);
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_order ON audit (order_no) WHERE order_no IS NOT NULL;

CREATE TABLE warnings (
  code TEXT NOT NULL,
  subject TEXT NOT NULL,
  params TEXT NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (code, subject)
) WITHOUT ROWID;

CREATE TABLE devices (
  device_id TEXT PRIMARY KEY,
  last_seen INTEGER NOT NULL,
  silent_since INTEGER
) WITHOUT ROWID;
`,
];

/** What a context's row takes, its place in three indexes included, bytes. Part of a landed migration, as are the functions below: never changed. */
function contextBytes(row: string): string {
  return `(3 * octet_length(${row}.name) + 2 * octet_length(${row}.key) + octet_length(${row}.value) + 100)`;
}

function isShared(row: string): string {
  return `(${row}.state = 'open' OR ${row}.state = 'dropped')`;
}

function shareKind(row: string): string {
  return `iif(${row}.state = 'open', 0, 2) + iif(${row}.kind <> 'unmappable' OR ${row}.order_no IS NOT NULL, 1, 0)`;
}

function addShare(row: string): string {
  return `INSERT INTO quarantine_shares
    SELECT ${shareKind(row)}, ${row}.source, ${row}.topic, 1, coalesce(length(${row}.payload), 0) WHERE ${isShared(row)}
    ON CONFLICT DO UPDATE SET n = n + 1, bytes = bytes + excluded.bytes;`;
}

function takeShare(row: string): string {
  const share = `kind = ${shareKind(row)} AND source = ${row}.source AND topic = ${row}.topic`;
  return `UPDATE quarantine_shares SET n = n - 1, bytes = bytes - coalesce(length(${row}.payload), 0)
    WHERE ${isShared(row)} AND ${share};
  DELETE FROM quarantine_shares WHERE ${isShared(row)} AND ${share} AND n = 0;`;
}
