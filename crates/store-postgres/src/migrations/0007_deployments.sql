-- Deployments that ended, for the past of a service in an environment. A read model: what changes hold
-- already is filled in here.
CREATE TABLE deployments (
    deployment_id TEXT COLLATE "C" PRIMARY KEY,
    change_id     TEXT COLLATE "C" NOT NULL,
    service       TEXT COLLATE "C" NOT NULL,
    environment   TEXT COLLATE "C" NOT NULL,
    failed        BOOLEAN NOT NULL,
    ended_at_ms   BIGINT NOT NULL,
    version       TEXT
);
CREATE INDEX deployments_of_service
    ON deployments (service, environment, failed, ended_at_ms, deployment_id);

INSERT INTO deployments (
    deployment_id, change_id, service, environment, failed, ended_at_ms)
SELECT
    d ->> 'id', c.id, c.service, c.environment,
    coalesce(d ->> 'outcome' IN ('failed', 'rolled_back'), false),
    (extract(epoch FROM (d ->> 'ended_at')::timestamptz) * 1000)::bigint
FROM changes c,
    jsonb_array_elements(convert_from(c.snapshot, 'UTF8')::jsonb -> 'deployments') d
WHERE d ->> 'ended_at' IS NOT NULL;
