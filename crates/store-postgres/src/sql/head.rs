//! The head row: locked first by every batch, so that all nodes write in one order.

use deadpool_postgres::{GenericClient, Transaction};
use ledger::tree::Frontier;
use store::StoreError;
use tokio_postgres::Row;

use crate::error::{damaged, unavailable};
use crate::row::{self, Cells, int};
use crate::step::Step;

pub(crate) const LOCK: &str =
    "SELECT one, size, frontier, checkpoint FROM head WHERE one = 1 FOR UPDATE";
const FIND: &str = "SELECT one, size, frontier, checkpoint FROM head WHERE one = 1";
const INSERT: &str = "INSERT INTO head (one, size, frontier, checkpoint) VALUES (1, 0, $1, $2)";
const UPDATE: &str = "UPDATE head SET size = $1, frontier = $2, checkpoint = $3 WHERE one = 1";
const NOTIFY: &str = "SELECT pg_notify('countersign_journal', $1)";
pub(crate) const LISTEN: &str = "LISTEN countersign_journal";
const COUNT_ENTRIES: &str = "SELECT coalesce(max(idx) + 1, 0) FROM entries";
const NEXT_CHANGE_NUMBER: &str = "SELECT nextval('change_numbers')";

/// The row of `head`.
pub(crate) struct HeadRow {
    pub(crate) size: u64,
    pub(crate) frontier: Vec<u8>,
    pub(crate) checkpoint: String,
}

pub(crate) async fn find(client: &impl GenericClient) -> Result<Option<HeadRow>, StoreError> {
    row::first(client, "head", FIND, &[], read_cells).await
}

/// Reads what [`LOCK`] fetched.
pub(crate) fn read(rows: &[Row]) -> Result<HeadRow, StoreError> {
    let found = row::read("head", rows, read_cells)?.into_iter().next();
    found.ok_or_else(|| damaged("table head: the row is missing".to_owned()))
}

fn read_cells(cells: &Cells<'_>) -> Result<HeadRow, StoreError> {
    Ok(HeadRow { size: cells.number(1)?, frontier: cells.bytes(2)?, checkpoint: cells.text(3)? })
}

/// Writes the head of an empty log.
pub(crate) async fn insert(
    transaction: &Transaction<'_>,
    frontier: &Frontier,
    checkpoint: &str,
) -> Result<(), StoreError> {
    let params: row::Params<'_> = &[&frontier.encode(), &checkpoint];
    transaction.execute(INSERT, params).await.map_err(unavailable).map(drop)
}

/// Moves the head, and tells every node when the transaction commits.
pub(crate) fn update<'a>(
    frontier: &Frontier,
    checkpoint: &'a str,
    notice: String,
) -> [Step<'a>; 2] {
    let update =
        Step::new(UPDATE).with(int(frontier.size())).with(frontier.encode()).with(checkpoint);
    [update, Step::new(NOTIFY).with(notice)]
}

/// One more than the largest stored index.
pub(crate) async fn count_entries(client: &impl GenericClient) -> Result<u64, StoreError> {
    let found = row::first(client, "entries", COUNT_ENTRIES, &[], |cells| cells.number(0)).await?;
    Ok(found.unwrap_or(0))
}

pub(crate) async fn next_change_number(client: &impl GenericClient) -> Result<u64, StoreError> {
    let read = |cells: &Cells<'_>| cells.number(0);
    let found = row::first(client, "change_numbers", NEXT_CHANGE_NUMBER, &[], read).await?;
    found.ok_or_else(|| damaged("sequence change_numbers gives no number".to_owned()))
}
