//! I6: hold, reject, revoke and expiry win every race: whatever was decided on older facts, nothing
//! opens after them in the log.

use super::{Found, ensure};
use crate::model::{Entry, Model};

/// Looks at what opens.
///
/// # Errors
/// It comes after something that stops.
pub fn entry(model: &Model, entry: &Entry) -> Found {
    let opens = match entry.kind.as_str() {
        "gate_answered" => entry.text("/answer") == "allow",
        "grant_redeemed" | "change_approved" => true,
        _ => false,
    };
    if !opens {
        return Ok(());
    }
    let id = match entry.stream.split_once('/') {
        Some(("change" | "gate", id)) => id,
        _ => return Err("it opens for no change".to_owned()),
    };
    let Some(change) = model.changes.get(id) else { return Err("there is no change".to_owned()) };
    ensure(!change.state.is_over(), || format!("it is {} already", change.state.word()))?;
    let approving = entry.kind == "change_approved";
    ensure(approving || change.holds.is_empty(), || "it is held".to_owned())?;
    ensure(entry.at < change.until, || "its time has run out".to_owned())?;
    let rejected = change.standing().into_values().any(|vote| vote.says == "reject");
    ensure(!rejected, || "somebody rejected it".to_owned())
}
