-- A key is taken by the transaction that holds the entries of its request; the answer comes after.
-- Never edit this file once it has been released: add the next one.
ALTER TABLE idempotency
    ADD COLUMN entry BIGINT, -- index of the first entry that the request recorded
    ALTER COLUMN status DROP NOT NULL,
    ALTER COLUMN body DROP NOT NULL,
    ADD CHECK (entry IS NOT NULL OR status IS NOT NULL),
    ADD CHECK ((status IS NULL) = (body IS NULL));
