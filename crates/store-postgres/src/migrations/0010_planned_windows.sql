-- The window of a change that is not over, by which what is planned in a time is found. What changes hold
-- already is filled in here.
ALTER TABLE changes ADD COLUMN opens_at_ms BIGINT;
ALTER TABLE changes ADD COLUMN closes_at_ms BIGINT;
UPDATE changes SET
    opens_at_ms = (extract(epoch FROM (convert_from(snapshot, 'UTF8')::jsonb
        -> 'revisions' -> -1 -> 'material' -> 'window' ->> 'from')::timestamptz) * 1000)::bigint,
    closes_at_ms = (extract(epoch FROM (convert_from(snapshot, 'UTF8')::jsonb
        -> 'revisions' -> -1 -> 'material' -> 'window' ->> 'until')::timestamptz) * 1000)::bigint
    WHERE state IN ('awaiting_approval', 'approved', 'implementing');
CREATE INDEX changes_by_window ON changes (closes_at_ms, number, opens_at_ms, id)
    WHERE closes_at_ms IS NOT NULL;
