-- What people are told, and what still has to be sent. No read models: a rebuild leaves them alone.
CREATE TABLE notifications (
    id         TEXT COLLATE "C" PRIMARY KEY,
    person     TEXT COLLATE "C" NOT NULL,
    change_id  TEXT COLLATE "C",
    at_ms      BIGINT NOT NULL,
    data       TEXT   NOT NULL,
    read_at_ms BIGINT
);
CREATE INDEX notifications_of_person ON notifications (person, at_ms, id);
CREATE INDEX notifications_unread ON notifications (person) WHERE read_at_ms IS NULL;
CREATE INDEX notifications_by_age ON notifications (at_ms);

-- Messages in the order they were put in. A message that was given up keeps its place.
CREATE TABLE outbox (
    seq           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id            TEXT COLLATE "C" NOT NULL UNIQUE,
    lane          TEXT COLLATE "C" NOT NULL,
    created_at_ms BIGINT NOT NULL,
    due_at_ms     BIGINT NOT NULL,
    data          TEXT   NOT NULL,
    died_at_ms    BIGINT,
    error         TEXT
);
CREATE INDEX outbox_waiting ON outbox (lane, seq) WHERE died_at_ms IS NULL;
CREATE INDEX outbox_dead ON outbox (died_at_ms) WHERE died_at_ms IS NOT NULL;

-- One row a lane that has something to send, or pauses. Without anything to send, due_at_ms is the
-- largest integer.
CREATE TABLE outbox_lanes (
    lane            TEXT COLLATE "C" PRIMARY KEY,
    due_at_ms       BIGINT NOT NULL,
    not_before_ms   BIGINT NOT NULL,
    attempts        BIGINT NOT NULL,
    lease           TEXT COLLATE "C" NOT NULL,
    leased_until_ms BIGINT NOT NULL,
    error           TEXT
);
CREATE INDEX outbox_lanes_by_due_time ON outbox_lanes (due_at_ms);
