//! I9: read models can be dropped and made again from the journal to the same rows.

use anyhow::Result;
use domain::ids::ChangeId;
use serde_json::Value;

use super::Found;
use crate::model::Model;
use crate::world::Process;

/// Makes everything again and compares.
///
/// # Errors
/// The journal can't be read.
pub async fn rebuilt(process: &Process) -> Result<Found> {
    let rebuilt = process.app.rebuild_read_models(|_| ()).await?;
    // Where a look at a change found nothing to do, the next one is a little later, which no entry says;
    // whether anything due was left is checked by itself.
    let is_timer = |line: &&String| line.contains(" timers [");
    let differences: Vec<&String> =
        rebuilt.differences.iter().filter(|line| !is_timer(line)).collect();
    Ok(match differences.as_slice() {
        [] => Ok(()),
        lines => {
            Err(format!("I9: {} rows differ: {:#?}", lines.len(), &lines[..lines.len().min(6)]))
        }
    })
}

/// Compares the row of one change with the model.
///
/// # Errors
/// The store does not answer.
pub async fn row(process: &Process, model: &Model, id: &str) -> Result<Found> {
    let Some(change) = model.changes.get(id) else { return Ok(Ok(())) };
    let id: ChangeId = id.parse()?;
    let Some(stored) = process.store.change(&id).await? else {
        return Ok(Err(format!("I9: {id} has no row")));
    };
    let row: Value = serde_json::from_slice(&stored.snapshot)?;
    let length = |field: &str| row.get(field).and_then(Value::as_array).map(Vec::len);
    let state = row.pointer("/state/name").and_then(Value::as_str);
    let same = state == Some(change.state.word())
        && length("votes") == Some(change.votes.len())
        && length("holds") == Some(change.holds.len())
        && length("deployments") == Some(change.deployments.len())
        && length("overrides").unwrap_or(0) == change.overrides.len()
        && length("added").unwrap_or(0) == change.added.len()
        && length("asking").unwrap_or(0) == change.asking.0.len();
    Ok(if same {
        Ok(())
    } else {
        Err(format!("I9: the row of {id} is {state:?}, the journal says {}", change.state.word()))
    })
}
