//! What witnesses saw of the log.

use deadpool_postgres::GenericClient;
use store::{CosignatureRow, StoreError};

use crate::row::{self, Cells};
use crate::step::Step;

const PUT: &str = "
    INSERT INTO cosignatures (size, witness, seen_at_ms, checkpoint, line)
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[])
    ON CONFLICT (size, witness) DO NOTHING";
const FIND_NEWEST: &str = "
    SELECT size, witness, seen_at_ms, checkpoint, line FROM cosignatures
    WHERE witness = $1 ORDER BY size DESC LIMIT 1";
const LIST: &str = "
    SELECT size, witness, seen_at_ms, checkpoint, line FROM cosignatures
    WHERE size >= $1 ORDER BY size, witness LIMIT $2";

/// Keeps cosignatures; of several for one size by one witness the first stays.
pub(crate) fn put<'a>(rows: &[&'a CosignatureRow]) -> Option<Step<'a>> {
    let put = || {
        Step::new(PUT)
            .with(rows.iter().map(|row| row::int(row.size)).collect::<Vec<_>>())
            .with(rows.iter().map(|row| row.witness.as_str()).collect::<Vec<_>>())
            .with(rows.iter().map(|row| row.seen_at.as_millisecond()).collect::<Vec<_>>())
            .with(rows.iter().map(|row| row.checkpoint.as_str()).collect::<Vec<_>>())
            .with(rows.iter().map(|row| row.line.as_str()).collect::<Vec<_>>())
    };
    (!rows.is_empty()).then(put)
}

pub(crate) async fn find_newest(
    client: &impl GenericClient,
    witness: &str,
) -> Result<Option<CosignatureRow>, StoreError> {
    row::first(client, "cosignatures", FIND_NEWEST, &[&witness], read).await
}

pub(crate) async fn list(
    client: &impl GenericClient,
    from: u64,
    limit: usize,
) -> Result<Vec<CosignatureRow>, StoreError> {
    let params: row::Params<'_> = &[&row::int(from), &row::limit(limit)];
    row::list(client, "cosignatures", LIST, params, read).await
}

fn read(cells: &Cells<'_>) -> Result<CosignatureRow, StoreError> {
    Ok(CosignatureRow {
        size: cells.number(0)?,
        witness: cells.text(1)?,
        seen_at: cells.time(2)?,
        checkpoint: cells.text(3)?,
        line: cells.text(4)?,
    })
}
