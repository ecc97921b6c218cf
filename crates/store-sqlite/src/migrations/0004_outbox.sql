-- What people are told, and what still has to be sent. No read models: a rebuild leaves them alone.
CREATE TABLE notifications (
    id         TEXT    PRIMARY KEY,
    person     TEXT    NOT NULL,
    change_id  TEXT,
    at_ms      INTEGER NOT NULL,
    data       TEXT    NOT NULL,
    read_at_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX notifications_of_person ON notifications (person, at_ms, id);
CREATE INDEX notifications_unread ON notifications (person) WHERE read_at_ms IS NULL;
CREATE INDEX notifications_by_age ON notifications (at_ms);

-- Messages in the order they were put in. A message that was given up keeps its place.
CREATE TABLE outbox (
    seq           INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    lane          TEXT    NOT NULL,
    created_at_ms INTEGER NOT NULL,
    due_at_ms     INTEGER NOT NULL,
    data          TEXT    NOT NULL,
    died_at_ms    INTEGER,
    error         TEXT
) STRICT;
CREATE INDEX outbox_waiting ON outbox (lane, seq) WHERE died_at_ms IS NULL;
CREATE INDEX outbox_dead ON outbox (died_at_ms) WHERE died_at_ms IS NOT NULL;

-- One row a lane that has something to send, or pauses. Without anything to send, due_at_ms is the
-- largest integer.
CREATE TABLE outbox_lanes (
    lane            TEXT    PRIMARY KEY,
    due_at_ms       INTEGER NOT NULL,
    not_before_ms   INTEGER NOT NULL,
    attempts        INTEGER NOT NULL,
    lease           TEXT    NOT NULL,
    leased_until_ms INTEGER NOT NULL,
    error           TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_lanes_by_due_time ON outbox_lanes (due_at_ms);
