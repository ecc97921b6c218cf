//! I1: no `allow` without a recorded, quorum-satisfying, unexpired decision for exactly that
//! revision, artifacts, environment and parameters; or a recorded override, never called approved.

use serde_json::Value;

use super::{Found, ensure};
use crate::model::change::{Change, State, digests};
use crate::model::freeze::Freeze;
use crate::model::{Entry, Model, freeze, overriding, quorum, set, text, time};

/// Looks at verdicts and redemptions.
///
/// # Errors
/// One that should not be.
pub fn entry(model: &Model, entry: &Entry) -> Found {
    match entry.kind.as_str() {
        "gate_answered" if entry.text("/answer") == "allow" => allowed(model, entry),
        "grant_redeemed" => redeemed(model, entry),
        _ => Ok(()),
    }
}

/// Why this question must not be answered with `allow` now, or nothing.
#[must_use]
pub fn objection(model: &Model, entry: &Entry) -> Option<String> {
    let question = entry.data.get("question").unwrap_or(&Value::Null);
    let Some(change) = model.changes.get(text(question, "/change")) else {
        return Some("there is no change".to_owned());
    };
    if digests_asked(question) != change.artifacts() {
        return Some("other artifacts".to_owned());
    }
    for field in ["service", "environment"] {
        if text(question, &format!("/{field}")) != change.material(field) {
            return Some(format!("another {field}"));
        }
    }
    if question.get("parameters") != change.revision.pointer("/material/parameters") {
        return Some("other parameters".to_owned());
    }
    let by = text(&entry.data, "/grant/override_id");
    not_deployable(model, change, by, entry.at)
}

/// Why a change may not be deployed at a time, or nothing: by its approvals, or by an override.
fn not_deployable(model: &Model, change: &Change, by: &str, at: i64) -> Option<String> {
    let basis = if by.is_empty() {
        not_standing(model, change, at)
    } else {
        overriding::objection(model, change, by, at)
    };
    basis.or_else(|| frozen(model, change, at))
}

/// Why a freeze stops a change, or nothing: none is in force that did not make an exception.
fn frozen(model: &Model, change: &Change, at: i64) -> Option<String> {
    let in_force = freeze::ahead(&model.organisation, change, at).filter(|f| f.from <= at);
    let given = |key: &str| {
        let asked = change.excepted().find(|need| need.key == key);
        let living = quorum::living(model, change);
        asked.is_some_and(|need| living.iter().any(|b| b.answers(model, change, need)))
    };
    let stops = in_force.map(Freeze::key).find(|key| !given(key))?;
    Some(format!("{stops} is in force"))
}

fn digests_asked(question: &Value) -> std::collections::BTreeSet<&str> {
    let all = question.get("artifacts").and_then(Value::as_array).into_iter().flatten();
    all.filter_map(Value::as_str).collect()
}

/// Why a change may not be deployed at a time, or nothing.
fn not_standing(model: &Model, change: &Change, at: i64) -> Option<String> {
    let reruns = change.assessment.as_ref().and_then(|a| a.get("reruns_after_failure"));
    let reruns = reruns.and_then(Value::as_u64).unwrap_or(0);
    let failed = matches!(change.last_outcome(), Some("failed" | "rolled_back"));
    let overridden = change.deployments.last().is_some_and(|d| d.overridden);
    let runs = u64::try_from(change.deployments.len()).unwrap_or(u64::MAX);
    let stands = match change.state {
        State::Approved => true,
        State::Completed => failed && !overridden && runs <= reruns,
        _ => false,
    };
    if !stands {
        return Some(format!("it is {}", change.state.word()));
    }
    if at >= change.until {
        return Some("the approval has ended".to_owned());
    }
    if !change.holds.is_empty() {
        return Some("it is held".to_owned());
    }
    quorum::missing(model, change).or_else(|| set::objection(model, change, at))
}

fn allowed(model: &Model, entry: &Entry) -> Found {
    if let Some(why) = objection(model, entry) {
        return Err(format!("allowed, and {why}"));
    }
    let grant = entry.data.get("grant").unwrap_or(&Value::Null);
    let change = model.changes.get(text(grant, "/change"));
    let Some(change) = change else { return Err("the grant is of no change".to_owned()) };
    ensure(text(grant, "/revision_digest") == text(&change.revision, "/digest"), || {
        "the grant is of another revision".to_owned()
    })?;
    ensure(digests(grant.get("artifacts")) == change.artifacts(), || {
        "the grant is of other artifacts".to_owned()
    })?;
    let ends = time(grant, "/expires_at");
    let by = text(grant, "/override_id");
    let until = change.overrides.iter().find(|o| o.id == by).map_or(change.until, |o| o.until);
    ensure(ends <= until, || "the grant outlives what it rests on".to_owned())?;
    let mut ahead = freeze::ahead(&model.organisation, change, entry.at);
    ensure(ahead.all(|f| f.from <= entry.at || ends <= f.from), || {
        "the grant reaches into a freeze".to_owned()
    })?;
    let called = if by.is_empty() { "approved" } else { "override" };
    ensure(entry.text("/code") == called, || format!("it is not called {called}"))
}

fn redeemed(model: &Model, entry: &Entry) -> Found {
    let id = entry.stream.trim_start_matches("change/");
    let Some(grant) = model.grants.get(entry.text("/grant")) else {
        return Err("there is no such grant".to_owned());
    };
    let Some(change) = model.changes.get(id).filter(|change| change.id == grant.change) else {
        return Err("the grant is of another change".to_owned());
    };
    ensure(change.deployments.iter().all(|used| used.grant != grant.id), || {
        "the grant was used before".to_owned()
    })?;
    ensure(entry.at < grant.ends, || "the grant has ended".to_owned())?;
    ensure(text(&grant.data, "/revision_digest") == text(&change.revision, "/digest"), || {
        "the grant is of another revision".to_owned()
    })?;
    ensure(grant.data.get("asked_by") == Some(&entry.actor), || {
        "the grant was given to somebody else".to_owned()
    })?;
    let by = text(&grant.data, "/override_id");
    ensure(entry.text("/deployment/override_id") == by, || {
        "the deployment rests on something else than its grant".to_owned()
    })?;
    match not_deployable(model, change, by, entry.at) {
        Some(why) => Err(format!("redeemed, and {why}")),
        None => Ok(()),
    }
}
