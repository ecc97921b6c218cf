//! Change sets, found by their items.

use deadpool_postgres::GenericClient;
use domain::ids::ChangeSetId;
use store::{ChangeSetFilter, Page, StoreError};

use crate::row::{self, Cells};

const LIST: &str = "
    SELECT DISTINCT set_id FROM changes
    WHERE set_id IS NOT NULL AND ($1::text IS NULL OR set_id < $1)
      AND (cardinality($2::text[]) = 0 OR state = ANY ($2))
    ORDER BY set_id DESC LIMIT $3";

/// A page of sets, newest first.
pub(crate) async fn list(
    client: &impl GenericClient,
    filter: &ChangeSetFilter,
) -> Result<Page<ChangeSetId>, StoreError> {
    let before = filter.before.as_ref().map(ChangeSetId::as_str);
    let params: row::Params<'_> = &[&before, &filter.states, &row::limit(filter.limit + 1)];
    let read = |cells: &Cells<'_>| cells.parsed(0);
    let items = row::list(client, "changes", LIST, params, read).await?;
    Ok(Page::of(items, filter.limit))
}
