//! I7: nothing missing is a yes; and what is complete is not refused without need.

use serde_json::Value;

use super::{Found, ensure, i1_allowed};
use crate::model::change::needs_of;
use crate::model::{Entry, Model};
use crate::rules::needs;

/// Looks at assessments and verdicts.
///
/// # Errors
/// An assessment that asks for something else than the rules, or a verdict without its reasons.
pub fn entry(model: &Model, entry: &Entry) -> Found {
    match entry.kind.as_str() {
        "change_assessed" => assessed(model, entry),
        "gate_answered" => answered(model, entry),
        _ => Ok(()),
    }
}

fn assessed(model: &Model, entry: &Entry) -> Found {
    let change = entry.stream.strip_prefix("change/").and_then(|id| model.changes.get(id));
    let Some(change) = change else { return Err("there is no change".to_owned()) };
    ensure(model.live.as_deref() == Some(entry.text("/policy")), || {
        "it was assessed under a bundle that is not live".to_owned()
    })?;
    let strictness = model.strictness();
    let Some(strictness) = strictness else { return Err("no policy is live".to_owned()) };
    let mut expected = needs(strictness, change.material("environment"));
    let mut found = needs_of(&entry.data);
    for all in [&mut expected, &mut found].into_iter().flatten() {
        all.sort_by(|a, b| a.role.cmp(&b.role));
    }
    ensure(found == expected, || format!("it asks for {found:?}, the rules for {expected:?}"))
}

fn answered(model: &Model, entry: &Entry) -> Found {
    if entry.text("/answer") == "allow" {
        return Ok(());
    }
    ensure(entry.data.get("grant").is_none_or(Value::is_null), || {
        "a grant without an allow".to_owned()
    })?;
    // A grant by an override does not open what is approved by now, and says so.
    if entry.text("/code") == "grant_basis_moved" {
        return Ok(());
    }
    match i1_allowed::objection(model, entry) {
        Some(_) => Ok(()),
        None => Err("refused, and nothing is missing".to_owned()),
    }
}
