-- The window of a change that is not over, by which what is planned in a time is found. What changes hold
-- already is filled in here.
ALTER TABLE changes ADD COLUMN opens_at_ms INTEGER;
ALTER TABLE changes ADD COLUMN closes_at_ms INTEGER;
UPDATE changes SET
    opens_at_ms = CAST(round((julianday(json_extract(
        CAST(snapshot AS TEXT), '$.revisions[#-1].material.window.from')) - 2440587.5) * 86400000) AS INTEGER),
    closes_at_ms = CAST(round((julianday(json_extract(
        CAST(snapshot AS TEXT), '$.revisions[#-1].material.window.until')) - 2440587.5) * 86400000) AS INTEGER)
    WHERE state IN ('awaiting_approval', 'approved', 'implementing');
CREATE INDEX changes_by_window ON changes (closes_at_ms, number, opens_at_ms, id)
    WHERE closes_at_ms IS NOT NULL;
