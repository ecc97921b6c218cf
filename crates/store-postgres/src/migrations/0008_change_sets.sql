-- The set a change is an item of, by which sets are listed. What changes hold already is filled in here.
ALTER TABLE changes ADD COLUMN set_id TEXT COLLATE "C";
UPDATE changes SET set_id = convert_from(snapshot, 'UTF8')::jsonb -> 'set' ->> 'id'
    WHERE convert_from(snapshot, 'UTF8')::jsonb -> 'set' ->> 'id' IS NOT NULL;
CREATE INDEX changes_by_set ON changes (set_id, state) WHERE set_id IS NOT NULL;
