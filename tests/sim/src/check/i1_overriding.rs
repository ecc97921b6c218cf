//! I1: an override is opened by somebody who may, for one revision and for a time; and somebody with
//! clean hands reviews it. It approves nothing.

use super::{Found, ensure};
use crate::model::change::Change;
use crate::model::overriding::{Override, may_not_open};
use crate::model::{Entry, Model, text, time};
use crate::rules::{OVERRIDE_MINUTES, REVIEW_MINUTES, REVIEWERS};

const MINUTE: i64 = 60_000;

/// Looks at overrides and their reviews.
///
/// # Errors
/// One that should not be.
pub fn entry(model: &Model, entry: &Entry) -> Found {
    let change = entry.stream.strip_prefix("change/").and_then(|id| model.changes.get(id));
    match (entry.kind.as_str(), change) {
        ("override_opened", Some(change)) => opened(model, change, entry),
        ("override_reviewed", Some(change)) => reviewed(model, change, entry),
        _ => Ok(()),
    }
}

fn opened(model: &Model, change: &Change, entry: &Entry) -> Found {
    let new = Override::of(&entry.data);
    ensure(entry.person() == Some(&new.by), || "somebody else opened it".to_owned())?;
    let owner = model.organisation.accounts.get(&new.account).map(|(person, _)| person);
    let usable = owner == Some(&new.by) && model.organisation.is_usable(&new.account);
    ensure(usable, || "the account is not theirs, or they are gone".to_owned())?;
    if let Some(why) = may_not_open(model, change, &new.by, entry.at) {
        return Err(format!("overridden, and {why}"));
    }
    ensure(new.digest == text(&change.revision, "/digest"), || {
        "it is of another revision".to_owned()
    })?;
    ensure(new.until <= entry.at + OVERRIDE_MINUTES * MINUTE, || "it lasts too long".to_owned())?;
    let due = time(&entry.data, "/review_due_at");
    ensure(due <= entry.at + REVIEW_MINUTES * MINUTE, || "its review is due too late".to_owned())?;
    let other = |o: &&Override| !o.used && o.digest == new.digest && entry.at < o.until;
    ensure(!change.overrides.iter().any(|o| other(&o)), || "another one is open".to_owned())
}

fn reviewed(model: &Model, change: &Change, entry: &Entry) -> Found {
    let of = change.overrides.iter().find(|o| o.id == entry.text("/override"));
    ensure(of.is_some_and(|o| !o.reviewed), || "there is none to review".to_owned())?;
    let by = entry.text("/review/by");
    ensure(entry.person() == Some(by), || "somebody else reviewed it".to_owned())?;
    let hands = change.hands(model).0;
    ensure(!change.has_hand(model, &hands, by, entry.at), || "they had a hand in it".to_owned())?;
    let (organisation, service) = (&model.organisation, change.material("service"));
    let holds = |role: &&str| organisation.holds(by, role, "covering", service);
    ensure(REVIEWERS.iter().any(holds), || "they hold none of the roles".to_owned())
}
