//! What waits for whom.

use deadpool_postgres::GenericClient;
use domain::ids::ChangeId;
use jiff::Timestamp;
use store::{StoreError, WaitingRow, waiting_key_line, waiting_line};

use crate::row::{self, Cells};
use crate::step::Step;

const DELETE: &str = "DELETE FROM waiting WHERE change_id = ANY ($1::text[])";
const DELETE_KEYS: &str = "DELETE FROM waiting_keys WHERE change_id = ANY ($1::text[])";
const INSERT: &str = "
    INSERT INTO waiting (change_id, requirement, keys, due_at_ms, risk_score)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])";
const INSERT_KEYS: &str = "
    INSERT INTO waiting_keys (key, due_at_ms, risk_score, change_id, requirement)
    SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[])
    ON CONFLICT DO NOTHING";
// One ordered index run a key: a row among the first of all is among the first of each of its keys.
const LIST: &str = "
    SELECT DISTINCT w.change_id, w.requirement, w.keys, w.due_at_ms, w.risk_score
    FROM unnest($1::text[]) asked (key)
    CROSS JOIN LATERAL (
        SELECT change_id, requirement FROM waiting_keys k WHERE k.key = asked.key
        ORDER BY k.due_at_ms, k.risk_score DESC, k.change_id, k.requirement LIMIT $2) k
    JOIN waiting w ON w.change_id = k.change_id AND w.requirement = k.requirement";
const COUNT: &str = "
    SELECT (SELECT count(*) FROM (SELECT 1 FROM waiting_keys k WHERE k.key = asked.key LIMIT $2) k)
    FROM unnest($1::text[]) WITH ORDINALITY asked (key, place) ORDER BY asked.place";
const LIST_ALL: &str = "SELECT change_id, requirement, keys, due_at_ms, risk_score FROM waiting";
const LIST_ALL_KEYS: &str = "SELECT change_id, requirement, key FROM waiting_keys";

/// Replaces all rows of changes, each named at most once.
pub(crate) fn replace<'a>(changes: &[(&'a ChangeId, &'a [WaitingRow])]) -> Vec<Step<'a>> {
    if changes.is_empty() {
        return Vec::new();
    }
    let ids: Vec<&'a str> = changes.iter().map(|(id, _)| id.as_str()).collect();
    let mut steps = vec![Step::new(DELETE).with(ids.clone()), Step::new(DELETE_KEYS).with(ids)];
    let rows: Vec<(&'a str, &'a WaitingRow)> =
        changes.iter().flat_map(|(id, rows)| rows.iter().map(|row| (id.as_str(), row))).collect();
    if rows.is_empty() {
        return steps;
    }
    let keys_of = |row: &WaitingRow| serde_json::Value::from(row.keys.clone()).to_string();
    let due = |row: &WaitingRow| row.due_at.map(Timestamp::as_millisecond);
    steps.push(
        Step::new(INSERT)
            .with(rows.iter().map(|(id, _)| *id).collect::<Vec<_>>())
            .with(rows.iter().map(|(_, row)| row.requirement.as_str()).collect::<Vec<_>>())
            .with(rows.iter().map(|(_, row)| keys_of(row)).collect::<Vec<_>>())
            .with(rows.iter().map(|(_, row)| due(row)).collect::<Vec<_>>())
            .with(rows.iter().map(|(_, row)| row.risk_score).collect::<Vec<_>>()),
    );
    let keys: Vec<(&'a str, &'a str, &'a WaitingRow)> = rows
        .iter()
        .flat_map(|(id, row)| row.keys.iter().map(|key| (key.as_str(), *id, *row)))
        .collect();
    steps.push(
        Step::new(INSERT_KEYS)
            .with(keys.iter().map(|(key, ..)| *key).collect::<Vec<_>>())
            .with(keys.iter().map(|(.., row)| due(row).unwrap_or(i64::MAX)).collect::<Vec<_>>())
            .with(keys.iter().map(|(.., row)| row.risk_score).collect::<Vec<_>>())
            .with(keys.iter().map(|(_, id, _)| *id).collect::<Vec<_>>())
            .with(keys.iter().map(|(.., row)| row.requirement.as_str()).collect::<Vec<_>>()),
    );
    steps
}

/// What waits for holders of any of `keys`, most urgent first.
pub(crate) async fn list(
    client: &impl GenericClient,
    keys: &[String],
    limit: usize,
) -> Result<Vec<WaitingRow>, StoreError> {
    let params: row::Params<'_> = &[&keys, &row::limit(limit)];
    let mut found = row::list(client, "waiting", LIST, params, read).await?;
    found.sort_by(WaitingRow::by_urgency);
    found.truncate(limit);
    Ok(found)
}

/// How many rows wait for each of `keys`, at most `most` of each.
pub(crate) async fn counts(
    client: &impl GenericClient,
    keys: &[String],
    most: usize,
) -> Result<Vec<u32>, StoreError> {
    let params: row::Params<'_> = &[&keys, &row::limit(most)];
    row::list(client, "waiting_keys", COUNT, params, |cells| {
        Ok(u32::try_from(cells.signed(0)?).unwrap_or(u32::MAX))
    })
    .await
}

fn read(cells: &Cells<'_>) -> Result<WaitingRow, StoreError> {
    Ok(WaitingRow {
        change: cells.parsed(0)?,
        requirement: cells.text(1)?,
        keys: cells.json(2)?,
        due_at: cells.optional_time(3)?,
        risk_score: cells.signed(4)?,
    })
}

/// Every row of these tables as canonical text.
pub(crate) async fn dump(
    client: &impl GenericClient,
    lines: &mut Vec<String>,
) -> Result<(), StoreError> {
    let rows = row::list(client, "waiting", LIST_ALL, &[], |cells| Ok(waiting_line(&read(cells)?)));
    lines.extend(rows.await?);
    let keys = row::list(client, "waiting_keys", LIST_ALL_KEYS, &[], |cells| {
        Ok(waiting_key_line(&cells.text(2)?, &cells.text(0)?, &cells.text(1)?))
    });
    lines.extend(keys.await?);
    Ok(())
}
