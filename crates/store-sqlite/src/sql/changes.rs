//! The row of a change, the words it is found by, and its artifacts.

use domain::ids::{ChangeId, ChangeNumber, ChangeSetId};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use store::{
    ChangeRow, ChangeSummary, StoreError, StoredChange, artifact_line, change_line, words,
};

use crate::row::{self, Cells, int};

const FIND_DERIVED: &str =
    "SELECT service, environment, search, artifacts FROM changes WHERE number = ?1";
const UPSERT: &str = "
    INSERT INTO changes (
        number, id, version, title, service, domain, environment, tier, kind, state, held,
        risk_score, risk_level, requester, missing, created_at_ms, updated_at_ms, due_at_ms,
        search, artifacts, snapshot, set_id, opens_at_ms, closes_at_ms)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
        ?20, ?21, ?22, ?23, ?24)
    ON CONFLICT (id) DO UPDATE SET
        version = ?3, title = ?4, service = ?5, domain = ?6, environment = ?7, tier = ?8,
        kind = ?9, state = ?10, held = ?11, risk_score = ?12, risk_level = ?13, requester = ?14,
        missing = ?15, created_at_ms = ?16, updated_at_ms = ?17, due_at_ms = ?18, search = ?19,
        artifacts = ?20, snapshot = ?21, set_id = ?22, opens_at_ms = ?23, closes_at_ms = ?24";
const RAISE_LAST_NUMBER: &str =
    "UPDATE head SET last_change_number = ?1 WHERE one = 1 AND last_change_number < ?1";

const DELETE_WORDS: &str = "DELETE FROM changes_text WHERE rowid = ?1";
const INSERT_WORDS: &str = "INSERT INTO changes_text (rowid, words) VALUES (?1, ?2)";

const DELETE_ARTIFACTS: &str = "
    DELETE FROM change_artifacts
    WHERE service = ?1 AND environment = ?2 AND number = ?4
        AND digest IN (SELECT value FROM json_each(?3))";
const INSERT_ARTIFACT: &str = "
    INSERT OR IGNORE INTO change_artifacts (service, environment, digest, number, change_id)
    VALUES (?1, ?2, ?3, ?4, ?5)";

pub(crate) const FIND: &str = "SELECT id, version, snapshot FROM changes WHERE id = ?1";
pub(crate) const FIND_BY_NUMBER: &str = "SELECT id FROM changes WHERE number = ?1";
pub(crate) const LIST_FOR_ARTIFACT: &str = "
    SELECT change_id FROM change_artifacts
    WHERE service = ?1 AND environment = ?2 AND digest = ?3 ORDER BY number DESC LIMIT ?4";
/// `?1` and `?2` the time, in milliseconds, `?3` limit.
pub(crate) const LIST_PLANNED: &str = "
    SELECT c.id FROM changes c INDEXED BY changes_by_window
    WHERE c.closes_at_ms IS NOT NULL AND c.closes_at_ms > ?1 AND c.opens_at_ms < ?2
    ORDER BY c.closes_at_ms, c.number LIMIT ?3";

/// The columns of [`ChangeSummary`], in the order [`summary`] reads them.
pub(crate) const SUMMARY_COLUMNS: &str = "
    c.number, c.id, c.title, c.service, c.domain, c.environment, c.tier, c.kind, c.state, c.held,
    c.risk_score, c.risk_level, c.requester, c.missing, c.created_at_ms, c.updated_at_ms,
    c.due_at_ms";
const LIST_ALL_ARTIFACTS: &str =
    "SELECT change_id, service, environment, digest FROM change_artifacts";
const DELETE_ALL: &str = "
    DELETE FROM changes;
    DELETE FROM changes_text;
    DELETE FROM change_artifacts;";

/// Inserts or replaces the row of a change.
///
/// Words and artifacts seldom change, so their tables are left alone when they are the same.
pub(crate) fn put(connection: &Connection, row: &ChangeRow) -> Result<(), rusqlite::Error> {
    let s = &row.summary;
    let number = int(s.number.0);
    let artifacts = serde_json::Value::from(row.artifacts.clone()).to_string();
    let before = Derived::find(connection, number)?;
    upsert(connection, row, &artifacts)?;
    let after = Derived {
        service: s.service.clone(),
        environment: s.environment.clone(),
        search: row.search.clone(),
        artifacts,
    };
    if before.is_none() {
        row::run(connection, RAISE_LAST_NUMBER, [number])?;
    }
    if before.as_ref().is_none_or(|before| before.search != after.search) {
        if before.is_some() {
            row::run(connection, DELETE_WORDS, [number])?;
        }
        row::run(connection, INSERT_WORDS, params![number, words(&row.search).join(" ")])?;
    }
    if before.as_ref().is_none_or(|before| before.targets() != after.targets()) {
        if let Some(before) = before {
            let (service, environment, artifacts) = before.targets();
            row::run(
                connection,
                DELETE_ARTIFACTS,
                params![service, environment, artifacts, number],
            )?;
        }
        for digest in &row.artifacts {
            let params = params![s.service, s.environment, digest, number, s.id.as_str()];
            row::run(connection, INSERT_ARTIFACT, params)?;
        }
    }
    Ok(())
}

/// What other tables are made from.
struct Derived {
    service: String,
    environment: String,
    search: String,
    artifacts: String,
}

impl Derived {
    fn find(connection: &Connection, number: i64) -> Result<Option<Self>, rusqlite::Error> {
        let mut statement = connection.prepare_cached(FIND_DERIVED)?;
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Self {
                service: row.get(0)?,
                environment: row.get(1)?,
                search: row.get(2)?,
                artifacts: row.get(3)?,
            })
        };
        statement.query_row([number], read).optional()
    }

    fn targets(&self) -> (&str, &str, &str) {
        (&self.service, &self.environment, &self.artifacts)
    }
}

fn upsert(
    connection: &Connection,
    row: &ChangeRow,
    artifacts: &str,
) -> Result<(), rusqlite::Error> {
    let s = &row.summary;
    let params = params![
        int(s.number.0),
        s.id.as_str(),
        int(row.version),
        s.title,
        s.service,
        s.domain,
        s.environment,
        s.tier,
        s.kind,
        s.state,
        s.held,
        s.risk_score,
        s.risk_level,
        s.requester,
        s.missing,
        s.created_at.as_millisecond(),
        s.updated_at.as_millisecond(),
        s.due_at.map(Timestamp::as_millisecond),
        row.search,
        artifacts,
        row.snapshot,
        row.set.as_ref().map(ChangeSetId::as_str),
        row.window.map(|(from, _)| from.as_millisecond()),
        row.window.map(|(_, until)| until.as_millisecond()),
    ];
    row::run(connection, UPSERT, params).map(drop)
}

pub(crate) fn find(
    connection: &Connection,
    id: &ChangeId,
) -> Result<Option<StoredChange>, StoreError> {
    row::first(connection, "changes", FIND, [id.as_str()], |cells| {
        Ok(StoredChange {
            id: cells.parsed(0)?,
            version: cells.number(1)?,
            snapshot: cells.bytes(2)?,
        })
    })
}

pub(crate) fn find_by_number(
    connection: &Connection,
    number: ChangeNumber,
) -> Result<Option<ChangeId>, StoreError> {
    row::first(connection, "changes", FIND_BY_NUMBER, [int(number.0)], |cells| cells.parsed(0))
}

pub(crate) fn list_for_artifact(
    connection: &Connection,
    service: &str,
    environment: &str,
    digest: &str,
    limit: usize,
) -> Result<Vec<ChangeId>, StoreError> {
    let params = params![service, environment, digest, row::limit(limit)];
    row::list(connection, "change_artifacts", LIST_FOR_ARTIFACT, params, |cells| cells.parsed(0))
}

/// Changes whose window reaches into a time.
pub(crate) fn list_planned(
    connection: &Connection,
    (from, until): (Timestamp, Timestamp),
    limit: usize,
) -> Result<Vec<ChangeId>, StoreError> {
    let params = params![from.as_millisecond(), until.as_millisecond(), row::limit(limit)];
    row::list(connection, "changes", LIST_PLANNED, params, |cells| cells.parsed(0))
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
        tier: cells.number(6)?,
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
pub(crate) fn dump(connection: &Connection, lines: &mut Vec<String>) -> Result<(), StoreError> {
    let all = format!(
        "SELECT {SUMMARY_COLUMNS}, version, search, artifacts, snapshot, set_id, opens_at_ms,
         closes_at_ms FROM changes c"
    );
    row::each(connection, "changes", &all, [], |cells| {
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
        lines.push(change_line(&row));
        Ok(())
    })?;
    row::each(connection, "change_artifacts", LIST_ALL_ARTIFACTS, [], |cells| {
        let (change, service) = (cells.text(0)?, cells.text(1)?);
        lines.push(artifact_line(&service, &cells.text(2)?, &cells.text(3)?, &change));
        Ok(())
    })
}

pub(crate) fn delete_all(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.execute_batch(DELETE_ALL)
}
