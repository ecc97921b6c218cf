-- Times are milliseconds since 1970 in UTC; hashes are raw SHA-256 bytes. Text that is a key or an
-- order is COLLATE "C": the same in every locale, and cheap to compare.
-- Never edit this file once it has been released: add the next one.

-- The journal, which is the ledger: row idx is leaf idx of the Merkle tree.
CREATE TABLE entries (
    idx       BIGINT PRIMARY KEY,
    stream    TEXT COLLATE "C" NOT NULL,
    version   BIGINT NOT NULL,
    leaf      BYTEA  NOT NULL,
    leaf_hash BYTEA  NOT NULL
);
CREATE UNIQUE INDEX entries_by_stream ON entries (stream, version);

-- What the commitments in a leaf stand for. Erasure deletes rows here and nothing else.
CREATE TABLE disclosures (
    idx   BIGINT NOT NULL,
    path  TEXT COLLATE "C" NOT NULL,
    class TEXT   NOT NULL,
    salt  BYTEA  NOT NULL,
    value TEXT   NOT NULL,
    PRIMARY KEY (idx, path)
);

-- Hash n of tile level 1 and up: the root over 256 hashes of the level below. Level 0 is
-- entries.leaf_hash.
CREATE TABLE tile_hashes (
    level SMALLINT NOT NULL,
    n     BIGINT   NOT NULL,
    hash  BYTEA    NOT NULL,
    PRIMARY KEY (level, n)
);

-- One row: where the log ends, and the signed checkpoint that says so. Every batch of every node
-- locks it first, which puts all of them in one order.
CREATE TABLE head (
    one        SMALLINT PRIMARY KEY CHECK (one = 1),
    size       BIGINT   NOT NULL,
    frontier   BYTEA    NOT NULL,
    checkpoint TEXT     NOT NULL
) WITH (fillfactor = 10);

CREATE SEQUENCE change_numbers START 1001;

-- Read models. Everything from here to `timers` can be made again from the journal.
CREATE TABLE changes (
    number        BIGINT   PRIMARY KEY,
    id            TEXT COLLATE "C" NOT NULL UNIQUE,
    version       BIGINT   NOT NULL,
    title         TEXT     NOT NULL,
    service       TEXT COLLATE "C" NOT NULL,
    domain        TEXT,
    environment   TEXT COLLATE "C" NOT NULL,
    tier          SMALLINT NOT NULL,
    kind          TEXT COLLATE "C" NOT NULL,
    state         TEXT COLLATE "C" NOT NULL,
    held          BOOLEAN  NOT NULL,
    risk_score    BIGINT,
    risk_level    TEXT COLLATE "C",
    requester     TEXT COLLATE "C" NOT NULL,
    missing       BIGINT   NOT NULL,
    created_at_ms BIGINT   NOT NULL,
    updated_at_ms BIGINT   NOT NULL,
    due_at_ms     BIGINT,
    search        TEXT     NOT NULL,
    artifacts     TEXT     NOT NULL,
    snapshot      BYTEA    NOT NULL
);
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

-- Words of changes.search, apart from the rows that change with every vote.
CREATE TABLE changes_text (
    number BIGINT   PRIMARY KEY,
    words  TSVECTOR NOT NULL
);
CREATE INDEX changes_text_by_word ON changes_text USING gin (words);

CREATE TABLE change_artifacts (
    service     TEXT COLLATE "C" NOT NULL,
    environment TEXT COLLATE "C" NOT NULL,
    digest      TEXT COLLATE "C" NOT NULL,
    number      BIGINT NOT NULL,
    change_id   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (service, environment, digest, number)
);
CREATE INDEX change_artifacts_by_change ON change_artifacts (change_id);

CREATE TABLE waiting (
    change_id   TEXT COLLATE "C" NOT NULL,
    requirement TEXT COLLATE "C" NOT NULL,
    keys        TEXT    NOT NULL,
    due_at_ms   BIGINT,
    risk_score  BIGINT NOT NULL,
    PRIMARY KEY (change_id, requirement)
);
-- In the order of an inbox. Without a due time, due_at_ms is the largest integer.
CREATE TABLE waiting_keys (
    key         TEXT COLLATE "C" NOT NULL,
    due_at_ms   BIGINT NOT NULL,
    risk_score  BIGINT NOT NULL,
    change_id   TEXT COLLATE "C" NOT NULL,
    requirement TEXT COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX waiting_keys_in_order
    ON waiting_keys (key, due_at_ms, risk_score DESC, change_id, requirement);
CREATE INDEX waiting_keys_by_change ON waiting_keys (change_id);

CREATE TABLE grants (
    grant_id TEXT COLLATE "C" PRIMARY KEY,
    idx      BIGINT NOT NULL
);

CREATE TABLE timers (
    stream    TEXT COLLATE "C" PRIMARY KEY,
    due_at_ms BIGINT NOT NULL
);
CREATE INDEX timers_by_due_time ON timers (due_at_ms, stream);

-- Rows that the journal does not know and that may be lost without harm.
CREATE TABLE idempotency (
    principal    TEXT COLLATE "C" NOT NULL,
    key          TEXT COLLATE "C" NOT NULL,
    request_hash TEXT    NOT NULL,
    status       INTEGER NOT NULL,
    body         TEXT    NOT NULL,
    stored_at_ms BIGINT NOT NULL,
    PRIMARY KEY (principal, key)
);
CREATE INDEX idempotency_by_age ON idempotency (stored_at_ms);

CREATE TABLE sessions (
    token_hash      TEXT COLLATE "C" PRIMARY KEY,
    account         TEXT COLLATE "C" NOT NULL,
    csrf            TEXT    NOT NULL,
    signed_in_at_ms BIGINT NOT NULL,
    expires_at_ms   BIGINT NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (account);
CREATE INDEX sessions_by_expiry ON sessions (expires_at_ms);

INSERT INTO meta (key, value) VALUES ('stored_format', '1');
