-- A key is taken by the transaction that holds the entries of its request; the answer comes after.
-- Never edit this file once it has been released: add the next one.
CREATE TABLE idempotency_with_entry (
    principal    TEXT    NOT NULL,
    key          TEXT    NOT NULL,
    request_hash TEXT    NOT NULL,
    -- Index of the first entry that the request recorded.
    entry        INTEGER,
    status       INTEGER,
    body         TEXT,
    stored_at_ms INTEGER NOT NULL,
    PRIMARY KEY (principal, key),
    CHECK (entry IS NOT NULL OR status IS NOT NULL),
    CHECK ((status IS NULL) = (body IS NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO idempotency_with_entry (principal, key, request_hash, status, body, stored_at_ms)
    SELECT principal, key, request_hash, status, body, stored_at_ms FROM idempotency;
DROP TABLE idempotency;
ALTER TABLE idempotency_with_entry RENAME TO idempotency;
CREATE INDEX idempotency_by_age ON idempotency (stored_at_ms);
