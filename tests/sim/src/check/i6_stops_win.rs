//! I6: hold, reject, revoke, freeze and expiry win every race: whatever was decided on older facts, nothing
//! opens after them in the log.

use super::{Found, ensure};
use crate::model::change::State;
use crate::model::{Entry, Model, freeze, text};

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
    // An override lets what failed be tried again, also after its approval has ended.
    let by = match entry.kind.as_str() {
        "gate_answered" => text(&entry.data, "/grant/override_id"),
        _ => entry.text("/deployment/override_id"),
    };
    let again = !by.is_empty() && change.state == State::Completed;
    ensure(again || entry.at < change.until, || "its time has run out".to_owned())?;
    let mut ahead = freeze::ahead(&model.organisation, change, entry.at);
    let excepted = |key: &str| change.excepted().any(|need| need.key == key);
    let frozen = ahead.any(|f| f.from <= entry.at && !excepted(&f.key()));
    ensure(approving || !frozen, || "it is frozen".to_owned())?;
    let rejected = change.standing().into_values().any(|vote| vote.says == "reject");
    ensure(!rejected, || "somebody rejected it".to_owned())
}
