-- Times are milliseconds since 1970 in UTC; hashes are raw SHA-256 bytes.
-- Never edit this file once it has been released: add the next one.

-- The journal, which is the ledger: row idx is leaf idx of the Merkle tree.
CREATE TABLE entries (
    idx       INTEGER PRIMARY KEY,
    stream    TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    leaf      BLOB    NOT NULL,
    leaf_hash BLOB    NOT NULL
) STRICT;
CREATE UNIQUE INDEX entries_by_stream ON entries (stream, version);

-- What the commitments in a leaf stand for. Erasure deletes rows here and nothing else.
CREATE TABLE disclosures (
    idx   INTEGER NOT NULL,
    path  TEXT    NOT NULL,
    class TEXT    NOT NULL,
    salt  BLOB    NOT NULL,
    value TEXT    NOT NULL,
    PRIMARY KEY (idx, path)
) STRICT, WITHOUT ROWID;

-- Hash n of tile level 1 and up: the root over 256 hashes of the level below. Level 0 is
-- entries.leaf_hash.
CREATE TABLE tile_hashes (
    level INTEGER NOT NULL,
    n     INTEGER NOT NULL,
    hash  BLOB    NOT NULL,
    PRIMARY KEY (level, n)
) STRICT, WITHOUT ROWID;

-- One row: where the log ends, and the signed checkpoint that says so.
CREATE TABLE head (
    one                INTEGER PRIMARY KEY CHECK (one = 1),
    size               INTEGER NOT NULL,
    frontier           BLOB    NOT NULL,
    checkpoint         TEXT    NOT NULL,
    last_change_number INTEGER NOT NULL
) STRICT;

-- Read models. Everything from here to `timers` can be made again from the journal.
CREATE TABLE changes (
    number        INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    version       INTEGER NOT NULL,
    title         TEXT    NOT NULL,
    service       TEXT    NOT NULL,
    domain        TEXT,
    environment   TEXT    NOT NULL,
    tier          INTEGER NOT NULL,
    kind          TEXT    NOT NULL,
    state         TEXT    NOT NULL,
    held          INTEGER NOT NULL,
    risk_score    INTEGER,
    risk_level    TEXT,
    requester     TEXT    NOT NULL,
    missing       INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    due_at_ms     INTEGER,
    search        TEXT    NOT NULL,
    artifacts     TEXT    NOT NULL,
    snapshot      BLOB    NOT NULL
) STRICT;
-- Each index holds every column a list can filter by, so that a filter never reads the wide rows.
CREATE INDEX changes_by_state
    ON changes (state, number, service, environment, kind, risk_level, requester);
CREATE INDEX changes_by_service
    ON changes (service, number, environment, state, kind, risk_level, requester);
CREATE INDEX changes_by_environment
    ON changes (environment, number, service, state, kind, risk_level, requester);
CREATE INDEX changes_by_requester
    ON changes (requester, number, service, environment, state, kind, risk_level);
CREATE INDEX changes_by_number
    ON changes (number, service, environment, state, kind, risk_level, requester);

-- Words of changes.search; rowid is changes.number.
CREATE VIRTUAL TABLE changes_text USING fts5 (
    words, content = '', contentless_delete = 1, detail = none, prefix = '2 3',
    tokenize = 'unicode61 remove_diacritics 0'
);

CREATE TABLE change_artifacts (
    service     TEXT    NOT NULL,
    environment TEXT    NOT NULL,
    digest      TEXT    NOT NULL,
    number      INTEGER NOT NULL,
    change_id   TEXT    NOT NULL,
    PRIMARY KEY (service, environment, digest, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX change_artifacts_by_change ON change_artifacts (change_id);

CREATE TABLE waiting (
    change_id   TEXT    NOT NULL,
    requirement TEXT    NOT NULL,
    keys        TEXT    NOT NULL,
    due_at_ms   INTEGER,
    risk_score  INTEGER NOT NULL,
    PRIMARY KEY (change_id, requirement)
) STRICT, WITHOUT ROWID;
-- In the order of an inbox. Without a due time, due_at_ms is the largest integer.
CREATE TABLE waiting_keys (
    key         TEXT    NOT NULL,
    due_at_ms   INTEGER NOT NULL,
    risk_score  INTEGER NOT NULL,
    change_id   TEXT    NOT NULL,
    requirement TEXT    NOT NULL,
    PRIMARY KEY (key, due_at_ms, risk_score DESC, change_id, requirement)
) STRICT, WITHOUT ROWID;
CREATE INDEX waiting_keys_by_change ON waiting_keys (change_id);

CREATE TABLE grants (
    grant_id TEXT    PRIMARY KEY,
    idx      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE timers (
    stream    TEXT    PRIMARY KEY,
    due_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX timers_by_due_time ON timers (due_at_ms, stream);

-- Rows that the journal does not know and that may be lost without harm.
CREATE TABLE idempotency (
    principal    TEXT    NOT NULL,
    key          TEXT    NOT NULL,
    request_hash TEXT    NOT NULL,
    status       INTEGER NOT NULL,
    body         TEXT    NOT NULL,
    stored_at_ms INTEGER NOT NULL,
    PRIMARY KEY (principal, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_age ON idempotency (stored_at_ms);

CREATE TABLE sessions (
    token_hash      TEXT    PRIMARY KEY,
    account         TEXT    NOT NULL,
    csrf            TEXT    NOT NULL,
    signed_in_at_ms INTEGER NOT NULL,
    expires_at_ms   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_account ON sessions (account);
CREATE INDEX sessions_by_expiry ON sessions (expires_at_ms);

INSERT INTO meta (key, value) VALUES ('stored_format', '1');
