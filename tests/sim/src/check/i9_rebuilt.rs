//! I9: read models can be dropped and made again from the journal to the same rows.

use std::collections::BTreeMap;

use anyhow::Result;
use domain::ids::ChangeId;
use serde_json::Value;

use super::{Found, ensure};
use crate::model::Model;
use crate::world::Process;

/// Makes everything again and compares.
///
/// # Errors
/// The journal can't be read.
pub async fn rebuilt(process: &Process) -> Result<Found> {
    let rebuilt = process.app.rebuild_read_models(|_| ()).await?;
    let (timers, differences): (Vec<&String>, Vec<_>) =
        rebuilt.differences.iter().partition(|line| line.contains(TIMERS));
    if !differences.is_empty() {
        let some = &differences[..differences.len().min(6)];
        return Ok(Err(format!("I9: {} rows differ: {some:#?}", differences.len())));
    }
    Ok(same_timers(&timers))
}

const TIMERS: &str = " timers [";

/// Where a look at a change found nothing to do, the next one is a little later, which no entry says: so
/// the row may be later than the journal has it. It may not be missing, be nobody's, or be earlier.
fn same_timers(differences: &[&String]) -> Found {
    let mut stored = BTreeMap::new();
    let mut again = BTreeMap::new();
    for line in differences {
        let row = line.split_once(TIMERS).and_then(|(_, row)| row.strip_suffix(']'));
        let read = row.and_then(|row| serde_json::from_str(&format!("[{row}]")).ok());
        let Some((change, at)): Option<(String, i64)> = read else {
            return Err(format!("I9: no timer can be read in `{line}`"));
        };
        if line.starts_with('-') { &mut stored } else { &mut again }.insert(change, at);
    }
    let wrong: Vec<_> = stored
        .keys()
        .chain(again.keys())
        .filter(|change| match (stored.get(*change), again.get(*change)) {
            (Some(stored), Some(again)) => stored <= again,
            _ => true,
        })
        .map(|change| format!("{change}: {:?} and {:?}", stored.get(change), again.get(change)))
        .collect();
    ensure(wrong.is_empty(), || {
        let some = &wrong[..wrong.len().min(6)];
        format!(
            "I9: {} timers are not what the journal says (ms, stored and again): {some:#?}",
            wrong.len()
        )
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
