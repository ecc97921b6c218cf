//! The row of a change, the words it is found by, and its artifacts.

use deadpool_postgres::GenericClient;
use domain::ids::{ChangeId, ChangeNumber, ChangeSetId};
use jiff::Timestamp;
use store::{
    ChangeRow, ChangeSummary, StoreError, StoredChange, artifact_line, change_line, words,
};

use crate::row::{self, Cells, int};
use crate::step::Step;

const UPSERT: &str = "
    INSERT INTO changes (
        number, id, version, title, service, domain, environment, tier, kind, state, held,
        risk_score, risk_level, requester, missing, created_at_ms, updated_at_ms, due_at_ms,
        search, artifacts, snapshot, set_id, opens_at_ms, closes_at_ms)
    SELECT * FROM unnest(
        $1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[],
        $8::smallint[], $9::text[], $10::text[], $11::boolean[], $12::bigint[], $13::text[],
        $14::text[], $15::bigint[], $16::bigint[], $17::bigint[], $18::bigint[], $19::text[],
        $20::text[], $21::bytea[], $22::text[], $23::bigint[], $24::bigint[])
    ON CONFLICT (id) DO UPDATE SET
        version = excluded.version, title = excluded.title, service = excluded.service,
        domain = excluded.domain, environment = excluded.environment, tier = excluded.tier,
        kind = excluded.kind, state = excluded.state, held = excluded.held,
        risk_score = excluded.risk_score, risk_level = excluded.risk_level,
        requester = excluded.requester, missing = excluded.missing,
        created_at_ms = excluded.created_at_ms, updated_at_ms = excluded.updated_at_ms,
        due_at_ms = excluded.due_at_ms, search = excluded.search,
        artifacts = excluded.artifacts, snapshot = excluded.snapshot, set_id = excluded.set_id,
        opens_at_ms = excluded.opens_at_ms, closes_at_ms = excluded.closes_at_ms";
// Words and artifacts seldom change: what is there already is not touched, not even to lock it.
const UPSERT_WORDS: &str = "
    INSERT INTO changes_text (number, words)
    SELECT row.number, row.words
    FROM (SELECT number, array_to_tsvector(string_to_array(text, ' ')) AS words
          FROM unnest($1::bigint[], $2::text[]) row (number, text)) row
    LEFT JOIN changes_text known ON known.number = row.number
    WHERE known.words IS DISTINCT FROM row.words
    ON CONFLICT (number) DO UPDATE SET words = excluded.words";
// Numbers come from the sequence; those of rows from elsewhere must not be given out again.
const RAISE_LAST_NUMBER: &str =
    "SELECT setval('change_numbers', $1) FROM change_numbers WHERE last_value < $1";

const DELETE_OTHER_ARTIFACTS: &str = "
    DELETE FROM change_artifacts a
    WHERE a.change_id = ANY ($1::text[]) AND NOT EXISTS (
        SELECT 1 FROM unnest($2::text[], $3::text[], $4::text[], $5::text[])
            row (change_id, service, environment, digest)
        WHERE row.change_id = a.change_id AND row.service = a.service
          AND row.environment = a.environment AND row.digest = a.digest)";
const INSERT_ARTIFACTS: &str = "
    INSERT INTO change_artifacts (change_id, service, environment, digest, number)
    SELECT row.* FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[])
        row (change_id, service, environment, digest, number)
    WHERE NOT EXISTS (
        SELECT 1 FROM change_artifacts a
        WHERE a.service = row.service AND a.environment = row.environment
          AND a.digest = row.digest AND a.number = row.number)
    ON CONFLICT DO NOTHING";

const LIST_SNAPSHOTS: &str =
    "SELECT id, version, snapshot FROM changes WHERE id = ANY ($1::text[])";
const FIND_BY_NUMBER: &str = "SELECT id FROM changes WHERE number = $1";
const LIST_FOR_ARTIFACT: &str = "
    SELECT change_id FROM change_artifacts
    WHERE service = $1 AND environment = $2 AND digest = $3 ORDER BY number DESC LIMIT $4";
const LIST_PLANNED: &str = "
    SELECT id FROM changes
    WHERE closes_at_ms IS NOT NULL AND closes_at_ms > $1 AND opens_at_ms < $2
    ORDER BY closes_at_ms, number LIMIT $3";

/// The columns of [`ChangeSummary`], in the order [`summary`] reads them.
pub(crate) const SUMMARY_COLUMNS: &str = "
    c.number, c.id, c.title, c.service, c.domain, c.environment, c.tier, c.kind, c.state, c.held,
    c.risk_score, c.risk_level, c.requester, c.missing, c.created_at_ms, c.updated_at_ms,
    c.due_at_ms";
const LIST_ALL_ARTIFACTS: &str =
    "SELECT change_id, service, environment, digest FROM change_artifacts";

/// Inserts or replaces the rows of changes, each at most once.
pub(crate) fn put<'a>(rows: &[&'a ChangeRow]) -> Vec<Step<'a>> {
    let Some(last) = rows.iter().map(|row| int(row.summary.number.0)).max() else {
        return Vec::new();
    };
    let numbers: Vec<i64> = rows.iter().map(|row| int(row.summary.number.0)).collect();
    let found_by: Vec<String> = rows.iter().map(|row| words(&row.search).join(" ")).collect();
    let ids: Vec<&'a str> = rows.iter().map(|row| row.id.as_str()).collect();
    let targets: Vec<(&'a ChangeRow, &'a str)> = rows
        .iter()
        .flat_map(|row| row.artifacts.iter().map(|digest| (*row, digest.as_str())))
        .collect();
    let target_ids: Vec<&'a str> = targets.iter().map(|(row, _)| row.id.as_str()).collect();
    let services: Vec<&'a str> =
        targets.iter().map(|(row, _)| row.summary.service.as_str()).collect();
    let environments: Vec<&'a str> =
        targets.iter().map(|(row, _)| row.summary.environment.as_str()).collect();
    let digests: Vec<&'a str> = targets.iter().map(|(_, digest)| *digest).collect();
    let target_numbers: Vec<i64> =
        targets.iter().map(|(row, _)| int(row.summary.number.0)).collect();
    vec![
        upsert(rows),
        Step::new(UPSERT_WORDS).with(numbers).with(found_by),
        Step::new(RAISE_LAST_NUMBER).with(last),
        Step::new(DELETE_OTHER_ARTIFACTS)
            .with(ids)
            .with(target_ids.clone())
            .with(services.clone())
            .with(environments.clone())
            .with(digests.clone()),
        Step::new(INSERT_ARTIFACTS)
            .with(target_ids)
            .with(services)
            .with(environments)
            .with(digests)
            .with(target_numbers),
    ]
}

fn upsert<'a>(rows: &[&'a ChangeRow]) -> Step<'a> {
    Columns(rows, Step::new(UPSERT))
        .add(|row| int(row.summary.number.0))
        .add(|row| row.id.as_str())
        .add(|row| int(row.version))
        .add(|row| row.summary.title.as_str())
        .add(|row| row.summary.service.as_str())
        .add(|row| row.summary.domain.as_deref())
        .add(|row| row.summary.environment.as_str())
        .add(|row| i16::from(row.summary.tier))
        .add(|row| row.summary.kind.as_str())
        .add(|row| row.summary.state.as_str())
        .add(|row| row.summary.held)
        .add(|row| row.summary.risk_score)
        .add(|row| row.summary.risk_level.as_deref())
        .add(|row| row.summary.requester.as_str())
        .add(|row| i64::from(row.summary.missing))
        .add(|row| row.summary.created_at.as_millisecond())
        .add(|row| row.summary.updated_at.as_millisecond())
        .add(|row| row.summary.due_at.map(Timestamp::as_millisecond))
        .add(|row| row.search.as_str())
        .add(|row| serde_json::Value::from(row.artifacts.clone()).to_string())
        .add(|row| row.snapshot.as_slice())
        .add(|row| row.set.as_ref().map(ChangeSetId::as_str))
        .add(|row| row.window.map(|(from, _)| from.as_millisecond()))
        .add(|row| row.window.map(|(_, until)| until.as_millisecond()))
        .1
}

/// Turns rows into columns.
struct Columns<'r, 'a>(&'r [&'a ChangeRow], Step<'a>);

impl<'a> Columns<'_, 'a> {
    fn add<T>(self, value: impl Fn(&'a ChangeRow) -> T) -> Self
    where
        T: tokio_postgres::types::ToSql + Sync + Send + 'a,
    {
        let column: Vec<T> = self.0.iter().map(|row| value(row)).collect();
        Self(self.0, self.1.with(column))
    }
}

pub(crate) async fn list_snapshots(
    client: &impl GenericClient,
    ids: &[ChangeId],
) -> Result<Vec<StoredChange>, StoreError> {
    let ids: Vec<&str> = ids.iter().map(ChangeId::as_str).collect();
    let read = |cells: &Cells<'_>| {
        Ok(StoredChange {
            id: cells.parsed(0)?,
            version: cells.number(1)?,
            snapshot: cells.bytes(2)?,
        })
    };
    row::list(client, "changes", LIST_SNAPSHOTS, &[&ids], read).await
}

pub(crate) async fn find_by_number(
    client: &impl GenericClient,
    number: ChangeNumber,
) -> Result<Option<ChangeId>, StoreError> {
    let read = |cells: &Cells<'_>| cells.parsed(0);
    row::first(client, "changes", FIND_BY_NUMBER, &[&int(number.0)], read).await
}

pub(crate) async fn list_for_artifact(
    client: &impl GenericClient,
    service: &str,
    environment: &str,
    digest: &str,
    limit: usize,
) -> Result<Vec<ChangeId>, StoreError> {
    let params: row::Params<'_> = &[&service, &environment, &digest, &row::limit(limit)];
    let read = |cells: &Cells<'_>| cells.parsed(0);
    row::list(client, "change_artifacts", LIST_FOR_ARTIFACT, params, read).await
}

/// Changes whose window reaches into a time.
pub(crate) async fn list_planned(
    client: &impl GenericClient,
    (from, until): (Timestamp, Timestamp),
    limit: usize,
) -> Result<Vec<ChangeId>, StoreError> {
    let (from, until) = (from.as_millisecond(), until.as_millisecond());
    let params: row::Params<'_> = &[&from, &until, &row::limit(limit)];
    row::list(client, "changes", LIST_PLANNED, params, |cells: &Cells<'_>| cells.parsed(0)).await
}

/// Reads [`SUMMARY_COLUMNS`].
pub(crate) fn summary(cells: &Cells<'_>) -> Result<ChangeSummary, StoreError> {
    Ok(ChangeSummary {
        number: ChangeNumber(cells.number(0)?),
        id: cells.parsed(1)?,
        title: cells.text(2)?,
        service: cells.text(3)?,
        domain: cells.optional_text(4)?,
        environment: cells.text(5)?,
        tier: cells.small_number(6)?,
        kind: cells.text(7)?,
        state: cells.text(8)?,
        held: cells.flag(9)?,
        risk_score: cells.optional_signed(10)?,
        risk_level: cells.optional_text(11)?,
        requester: cells.text(12)?,
        missing: cells.number(13)?,
        created_at: cells.time(14)?,
        updated_at: cells.time(15)?,
        due_at: cells.optional_time(16)?,
    })
}

/// Every row of these tables as canonical text.
pub(crate) async fn dump(
    client: &impl GenericClient,
    lines: &mut Vec<String>,
) -> Result<(), StoreError> {
    let all = format!(
        "SELECT {SUMMARY_COLUMNS}, version, search, artifacts, snapshot, set_id, opens_at_ms,
         closes_at_ms FROM changes c"
    );
    let rows = row::list(client, "changes", &all, &[], |cells| {
        let summary = summary(cells)?;
        let row = ChangeRow {
            id: summary.id.clone(),
            summary,
            version: cells.number(17)?,
            search: cells.text(18)?,
            artifacts: cells.json(19)?,
            snapshot: cells.bytes(20)?,
            set: cells.optional_parsed(21)?,
            window: cells.optional_time(22)?.zip(cells.optional_time(23)?),
        };
        Ok(change_line(&row))
    });
    lines.extend(rows.await?);
    let artifacts = row::list(client, "change_artifacts", LIST_ALL_ARTIFACTS, &[], |cells| {
        let (change, service) = (cells.text(0)?, cells.text(1)?);
        Ok(artifact_line(&service, &cells.text(2)?, &cells.text(3)?, &change))
    });
    lines.extend(artifacts.await?);
    Ok(())
}
