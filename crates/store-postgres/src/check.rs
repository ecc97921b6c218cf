//! Long reads over whole tables: the check of everything stored, and the dump of the read models.

use deadpool_postgres::{Client, Transaction};
use ledger::note::VerifierKey;
use store::{Audit, StoreError};
use tokio_postgres::IsolationLevel;

use crate::error::unavailable;
use crate::sql::{audit, changes, deployments, grants, head, timers, waiting};

const CLEAR: &str = "
    DELETE FROM changes;
    DELETE FROM changes_text;
    DELETE FROM change_artifacts;
    DELETE FROM waiting;
    DELETE FROM waiting_keys;
    DELETE FROM grants;
    DELETE FROM timers;
    DELETE FROM deployments;";

/// Checks the log in one consistent view of the database; gives a line for each damage.
pub(crate) async fn check(
    client: &mut Client,
    keys: &[VerifierKey],
) -> Result<Vec<String>, StoreError> {
    let view = one_view(client).await?;
    let mut found = Audit::new();
    let Some(head) = head::find(&view).await? else {
        return Ok(vec!["table head: the row is missing".to_owned()]);
    };
    audit::entries(&view, &mut found).await?;
    audit::tile_hashes(&view, &mut found).await?;
    Ok(found.finish(head.size, &head.frontier, &head.checkpoint, keys))
}

/// All rows of the rebuildable read models, sorted.
pub(crate) async fn dump(client: &mut Client) -> Result<Vec<String>, StoreError> {
    let view = one_view(client).await?;
    let mut lines = Vec::new();
    changes::dump(&view, &mut lines).await?;
    waiting::dump(&view, &mut lines).await?;
    grants::dump(&view, &mut lines).await?;
    timers::dump(&view, &mut lines).await?;
    deployments::dump(&view, &mut lines).await?;
    lines.sort_unstable();
    Ok(lines)
}

/// Drops the rebuildable read models, while no node writes.
pub(crate) async fn clear_read_models(client: &mut Client) -> Result<(), StoreError> {
    let transaction = client.transaction().await.map_err(unavailable)?;
    transaction.query(head::LOCK, &[]).await.map_err(unavailable)?;
    transaction.batch_execute(CLEAR).await.map_err(unavailable)?;
    transaction.commit().await.map_err(unavailable)
}

/// A transaction all of whose reads see the same commits.
async fn one_view(client: &mut Client) -> Result<Transaction<'_>, StoreError> {
    let view = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead);
    view.read_only(true).start().await.map_err(unavailable)
}
