-- Deployments that ended, for the past of a service in an environment. A read model: what changes hold
-- already is filled in here.
CREATE TABLE deployments (
    deployment_id TEXT    PRIMARY KEY,
    change_id     TEXT    NOT NULL,
    service       TEXT    NOT NULL,
    environment   TEXT    NOT NULL,
    failed        INTEGER NOT NULL,
    ended_at_ms   INTEGER NOT NULL,
    version       TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX deployments_of_service
    ON deployments (service, environment, failed, ended_at_ms, deployment_id);

INSERT INTO deployments (
    deployment_id, change_id, service, environment, failed, ended_at_ms)
SELECT
    json_extract(d.value, '$.id'), c.id, c.service, c.environment,
    coalesce(json_extract(d.value, '$.outcome') IN ('failed', 'rolled_back'), 0),
    CAST(round((julianday(json_extract(d.value, '$.ended_at')) - 2440587.5) * 86400000) AS INTEGER)
FROM changes c, json_each(CAST(c.snapshot AS TEXT), '$.deployments') d
WHERE json_extract(d.value, '$.ended_at') IS NOT NULL;
