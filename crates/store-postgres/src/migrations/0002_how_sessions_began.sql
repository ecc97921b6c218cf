-- How somebody signed in, and the session of an identity provider that a session of ours follows.
ALTER TABLE sessions ADD COLUMN authentication TEXT;
ALTER TABLE sessions ADD COLUMN provider_session TEXT;
CREATE INDEX sessions_by_provider ON sessions (provider_session) WHERE provider_session IS NOT NULL;
