//! Change sets, found by their items.

use domain::ids::ChangeSetId;
use rusqlite::{Connection, params};
use store::{ChangeSetFilter, Page, StoreError};

use crate::row;

/// `?1` before this id, `?2` states of an item as `,a,b,`, `?3` limit.
pub(crate) const LIST: &str = "
    SELECT DISTINCT c.set_id FROM changes c INDEXED BY changes_by_set
    WHERE c.set_id IS NOT NULL AND c.set_id < ?1
      AND (?2 IS NULL OR instr(?2, ',' || c.state || ',') > 0)
    ORDER BY c.set_id DESC LIMIT ?3";
/// Comes after every id.
const END: &str = "~";

/// A page of sets, newest first.
pub(crate) fn list(
    connection: &Connection,
    filter: &ChangeSetFilter,
) -> Result<Page<ChangeSetId>, StoreError> {
    let states = (!filter.states.is_empty()).then(|| format!(",{},", filter.states.join(",")));
    let before = filter.before.as_ref().map_or(END, ChangeSetId::as_str);
    let params = params![before, states, row::limit(filter.limit + 1)];
    let items = row::list(connection, "changes", LIST, params, |cells| cells.parsed(0))?;
    Ok(Page::of(items, filter.limit))
}
