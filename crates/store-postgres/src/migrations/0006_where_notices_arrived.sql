-- When a notification is known to have arrived: at once where its person reads it in the product, else
-- when its message was delivered. What is older is not known to have arrived.
ALTER TABLE notifications ADD COLUMN arrived_at_ms BIGINT;
