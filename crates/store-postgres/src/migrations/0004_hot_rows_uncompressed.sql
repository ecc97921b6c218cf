-- Leaves and snapshots of a few KiB stay in their rows as they are: trying to compress each of them, and
-- moving it to a table of its own, costs more than the space is worth.
-- Never edit this file once it has been released: add the next one.
ALTER TABLE entries ALTER COLUMN leaf SET STORAGE EXTERNAL;
ALTER TABLE entries SET (toast_tuple_target = 8160);
ALTER TABLE changes ALTER COLUMN snapshot SET STORAGE EXTERNAL;
ALTER TABLE changes SET (toast_tuple_target = 8160);
ALTER TABLE idempotency ALTER COLUMN body SET STORAGE EXTERNAL;
