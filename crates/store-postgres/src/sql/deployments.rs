//! Deployments that ended: the past of a service in an environment.

use deadpool_postgres::GenericClient;
use domain::service_history::{ServiceHistory, recent_since};
use jiff::Timestamp;
use store::{DeploymentRow, StoreError, deployment_line};

use crate::row::{self, Cells};
use crate::step::Step;

const PUT: &str = "
    INSERT INTO deployments (
        deployment_id, change_id, service, environment, failed, ended_at_ms, version)
    SELECT * FROM unnest(
        $1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::bigint[], $7::text[])
    ON CONFLICT (deployment_id) DO UPDATE SET
        change_id = excluded.change_id, service = excluded.service,
        environment = excluded.environment, failed = excluded.failed,
        ended_at_ms = excluded.ended_at_ms, version = excluded.version";
// One row of single values; every one is found by the index.
const FIND_HISTORY: &str = "
    SELECT
        (SELECT count(*) FROM deployments
            WHERE service = $1 AND environment = $2 AND NOT failed AND ended_at_ms >= $3),
        (SELECT count(*) FROM deployments
            WHERE service = $1 AND environment = $2 AND failed AND ended_at_ms >= $3),
        (SELECT min(ended_at_ms) FROM deployments
            WHERE service = $1 AND environment = $2 AND NOT failed),
        (SELECT max(ended_at_ms) FROM deployments
            WHERE service = $1 AND environment = $2 AND failed),
        (SELECT version FROM deployments
            WHERE service = $1 AND environment = $2 AND NOT failed
            ORDER BY ended_at_ms DESC, deployment_id DESC LIMIT 1)";
const LIST_ALL: &str = "
    SELECT deployment_id, change_id, service, environment, failed, ended_at_ms, version
    FROM deployments";

/// Inserts or replaces rows, each named at most once.
pub(crate) fn put<'a>(rows: &[&'a DeploymentRow]) -> Option<Step<'a>> {
    fn column<'a, T>(rows: &[&'a DeploymentRow], value: impl Fn(&'a DeploymentRow) -> T) -> Vec<T> {
        rows.iter().map(|row| value(row)).collect()
    }
    (!rows.is_empty()).then(|| {
        Step::new(PUT)
            .with(column(rows, |row| row.id.as_str()))
            .with(column(rows, |row| row.change.as_str()))
            .with(column(rows, |row| row.service.as_str()))
            .with(column(rows, |row| row.environment.as_str()))
            .with(column(rows, |row| row.failed))
            .with(column(rows, |row| row.ended_at.as_millisecond()))
            .with(column(rows, |row| row.version.as_deref()))
    })
}

/// What the rows of a service in an environment come to.
pub(crate) async fn find_history(
    client: &impl GenericClient,
    service: &str,
    environment: &str,
    now: Timestamp,
) -> Result<Option<ServiceHistory>, StoreError> {
    let since = recent_since(now).as_millisecond();
    let params: row::Params<'_> = &[&service, &environment, &since];
    let found = row::first(client, "deployments", FIND_HISTORY, params, history).await?;
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
pub(crate) async fn dump(
    client: &impl GenericClient,
    lines: &mut Vec<String>,
) -> Result<(), StoreError> {
    let rows = row::list(client, "deployments", LIST_ALL, &[], |cells| {
        Ok(deployment_line(&DeploymentRow {
            id: cells.parsed(0)?,
            change: cells.parsed(1)?,
            service: cells.text(2)?,
            environment: cells.text(3)?,
            failed: cells.flag(4)?,
            ended_at: cells.time(5)?,
            version: cells.optional_text(6)?,
        }))
    });
    lines.extend(rows.await?);
    Ok(())
}
