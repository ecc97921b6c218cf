//! Where each grant is in the journal.

use deadpool_postgres::GenericClient;
use domain::ids::GrantId;
use store::{StoreError, grant_line};

use crate::row::{self, Cells, int};
use crate::step::Step;

const PUT: &str = "
    INSERT INTO grants (grant_id, idx) SELECT * FROM unnest($1::text[], $2::bigint[])
    ON CONFLICT (grant_id) DO UPDATE SET idx = excluded.idx";
const FIND_INDEX: &str = "SELECT grant_id, idx FROM grants WHERE grant_id = $1";
const LIST_ALL: &str = "SELECT grant_id, idx FROM grants";

/// Remembers the entries of grants, each named at most once.
pub(crate) fn put<'a>(grants: &[(&'a GrantId, u64)]) -> Option<Step<'a>> {
    let ids: Vec<&'a str> = grants.iter().map(|(id, _)| id.as_str()).collect();
    let indices: Vec<i64> = grants.iter().map(|(_, index)| int(*index)).collect();
    (!ids.is_empty()).then(|| Step::new(PUT).with(ids).with(indices))
}

/// The index of the entry that is this grant.
pub(crate) async fn find_index(
    client: &impl GenericClient,
    grant: &GrantId,
) -> Result<Option<u64>, StoreError> {
    let read = |cells: &Cells<'_>| cells.number(1);
    row::first(client, "grants", FIND_INDEX, &[&grant.as_str()], read).await
}

/// Every row as canonical text.
pub(crate) async fn dump(
    client: &impl GenericClient,
    lines: &mut Vec<String>,
) -> Result<(), StoreError> {
    let rows = row::list(client, "grants", LIST_ALL, &[], |cells| {
        Ok(grant_line(&cells.text(0)?, cells.number(1)?))
    });
    lines.extend(rows.await?);
    Ok(())
}
