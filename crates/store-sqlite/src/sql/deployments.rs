//! Deployments that ended: the past of a service in an environment.

use domain::service_history::{ServiceHistory, recent_since};
use jiff::Timestamp;
use rusqlite::{Connection, params};
use store::{DeploymentRow, StoreError, deployment_line};

use crate::row::{self, Cells};

const PUT: &str = "
    INSERT INTO deployments (
        deployment_id, change_id, service, environment, failed, ended_at_ms, version)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
    ON CONFLICT (deployment_id) DO UPDATE SET
        change_id = ?2, service = ?3, environment = ?4, failed = ?5, ended_at_ms = ?6, version = ?7";
/// One row of single values; every one is found by the index.
pub(crate) const FIND_HISTORY: &str = "
    SELECT
        (SELECT count(*) FROM deployments
            WHERE service = ?1 AND environment = ?2 AND failed = 0 AND ended_at_ms >= ?3),
        (SELECT count(*) FROM deployments
            WHERE service = ?1 AND environment = ?2 AND failed = 1 AND ended_at_ms >= ?3),
        (SELECT min(ended_at_ms) FROM deployments
            WHERE service = ?1 AND environment = ?2 AND failed = 0),
        (SELECT max(ended_at_ms) FROM deployments
            WHERE service = ?1 AND environment = ?2 AND failed = 1),
        (SELECT version FROM deployments
            WHERE service = ?1 AND environment = ?2 AND failed = 0
            ORDER BY ended_at_ms DESC, deployment_id DESC LIMIT 1)";
const LIST_ALL: &str = "
    SELECT deployment_id, change_id, service, environment, failed, ended_at_ms, version
    FROM deployments";
const DELETE_ALL: &str = "DELETE FROM deployments";

pub(crate) fn put(connection: &Connection, row: &DeploymentRow) -> Result<(), rusqlite::Error> {
    let params = params![
        row.id.as_str(),
        row.change.as_str(),
        row.service,
        row.environment,
        row.failed,
        row.ended_at.as_millisecond(),
        row.version,
    ];
    row::run(connection, PUT, params).map(drop)
}

/// What the rows of a service in an environment come to.
pub(crate) fn find_history(
    connection: &Connection,
    service: &str,
    environment: &str,
    now: Timestamp,
) -> Result<Option<ServiceHistory>, StoreError> {
    let params = params![service, environment, recent_since(now).as_millisecond()];
    let found = row::first(connection, "deployments", FIND_HISTORY, params, history)?;
    Ok(found.flatten())
}

fn history(cells: &Cells<'_>) -> Result<Option<ServiceHistory>, StoreError> {
    let (succeeded, failures): (u32, u32) = (cells.number(0)?, cells.number(1)?);
    let last_failure = cells.optional_time(3)?;
    let Some(calm_since) = last_failure.or(cells.optional_time(2)?) else { return Ok(None) };
    let deployments = succeeded.saturating_add(failures);
    let version = cells.optional_text(4)?;
    let exposure = None;
    Ok(Some(ServiceHistory { deployments, failures, last_failure, calm_since, version, exposure }))
}

/// Every row as canonical text.
pub(crate) fn dump(connection: &Connection, lines: &mut Vec<String>) -> Result<(), StoreError> {
    row::each(connection, "deployments", LIST_ALL, [], |cells| {
        lines.push(deployment_line(&DeploymentRow {
            id: cells.parsed(0)?,
            change: cells.parsed(1)?,
            service: cells.text(2)?,
            environment: cells.text(3)?,
            failed: cells.flag(4)?,
            ended_at: cells.time(5)?,
            version: cells.optional_text(6)?,
        }));
        Ok(())
    })
}

pub(crate) fn delete_all(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.execute_batch(DELETE_ALL)
}
