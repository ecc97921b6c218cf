//! I4: a person counts once per set of requirements, and never for a change they had a hand in.
//! Machines never vote.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Found, ensure};
use crate::model::change::{Change, State};
use crate::model::quorum::Ballot;
use crate::model::{Entry, Model, quorum, text};

/// Looks at votes, and at what was counted for an approval.
///
/// # Errors
/// One that should not count.
pub fn entry(model: &Model, entry: &Entry) -> Found {
    let change = entry.stream.strip_prefix("change/").and_then(|id| model.changes.get(id));
    match (entry.kind.as_str(), change) {
        ("vote_recorded", Some(change)) => voted(model, change, entry),
        ("change_approved", Some(change)) => approved(model, change, entry),
        _ => Ok(()),
    }
}

fn voted(model: &Model, change: &Change, entry: &Entry) -> Found {
    let (person, account) = (entry.text("/person"), entry.text("/account"));
    ensure(entry.person() == Some(person), || "somebody else cast it".to_owned())?;
    let owner = model.organisation.accounts.get(account).map(|(person, _)| person.as_str());
    ensure(owner == Some(person), || "the account is somebody else's".to_owned())?;
    ensure(model.organisation.is_usable(account), || "they are gone".to_owned())?;
    let hands = change.hands(model).0;
    ensure(!change.has_hand(model, &hands, person, entry.at), || {
        "they had a hand in it, or answer for somebody who had".to_owned()
    })?;
    let by = entry.text("/on_behalf_of/delegation");
    if !by.is_empty() {
        let given = model.organisation.delegations.by_id.get(by);
        let open = given.is_some_and(|d| d.to_person == person && d.is_open(entry.at));
        ensure(open, || "no delegation lets them answer".to_owned())?;
    }
    ensure(entry.text("/revision_digest") == text(&change.revision, "/digest"), || {
        "it is about another revision".to_owned()
    })?;
    let open = matches!(change.state, State::AwaitingApproval | State::Approved);
    ensure(open && entry.at < change.until, || "it came too late".to_owned())
}

fn approved(model: &Model, change: &Change, entry: &Entry) -> Found {
    if let Some(why) = quorum::missing(model, change) {
        return Err(format!("approved, and {why}"));
    }
    let standing = change.standing();
    let living = quorum::living(model, change);
    // Under two bundles a person is counted once under each; within one, once at all.
    let mut needs = change.needs().unwrap_or_default();
    needs.extend(change.excepted().cloned());
    let counted = entry.data.get("counted").and_then(Value::as_array).into_iter().flatten();
    let own: Vec<&Value> = counted.take(needs.len()).collect();
    let mut seen = BTreeSet::new();
    for (need, counted) in needs.iter().zip(own) {
        let votes: Vec<&Value> =
            counted.get("votes").and_then(Value::as_array).into_iter().flatten().collect();
        ensure(votes.len() == need.count, || format!("{} of {need:?} were counted", votes.len()))?;
        for vote in votes {
            let person = text(vote, "/person");
            ensure(seen.insert(person), || format!("{person} is counted twice"))?;
            let other = text(vote, "/on_behalf_of");
            ensure(other.is_empty() || seen.insert(other), || format!("{other} is counted twice"))?;
            let cast = standing.get(person).filter(|v| v.says == "approve");
            ensure(cast.is_some_and(|v| v.id == text(vote, "/vote")), || {
                format!("{person} did not approve this revision")
            })?;
            let counts = |b: &&Ballot<'_>| b.person == person && b.answers(model, change, need);
            ensure(living.iter().any(|b| counts(&b)), || {
                format!("{person} has no right to answer {need:?}, or a hand in it")
            })?;
        }
    }
    Ok(())
}
