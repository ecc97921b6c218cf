//! Whether enough different people have approved: by trying every way to seat them.

use super::Model;
use super::change::{Change, Vote};
use crate::rules::{Need, known_contributors, needs};

/// Why a change is not approved, or nothing if it is.
#[must_use]
pub fn missing(model: &Model, change: &Change) -> Option<String> {
    let environment = change.material("environment");
    let live = model.strictness().map(|strictness| needs(strictness, environment));
    let Some(live) = live else { return Some("no policy is live".to_owned()) };
    if change.assessment.is_none() {
        return Some("it was never assessed".to_owned());
    }
    let standing = change.standing();
    if let Some(vote) =
        standing.values().find(|v| matches!(v.says.as_str(), "reject" | "request_changes"))
    {
        return Some(format!("{} says {}", vote.person, vote.says));
    }
    if change.hands(model).1 && known_contributors(environment) {
        return Some("a contributor is nobody known".to_owned());
    }
    for (whose, needs) in [("its record", change.needs()), ("the live policy", live)] {
        let Some(needs) = needs else { continue };
        if needs.is_empty() {
            return Some(format!("{whose} says nothing"));
        }
        if !seated(model, change, &needs, &living(model, change)) {
            return Some(format!("{whose} asks for more: {needs:?}"));
        }
    }
    None
}

/// Whether everybody who could approve now would be enough.
#[must_use]
pub fn is_possible(model: &Model, change: &Change) -> bool {
    let (hands, unknown) = change.hands(model);
    let environment = change.material("environment");
    if unknown && known_contributors(environment) {
        return false;
    }
    let people: Vec<&str> = model
        .organisation
        .people
        .keys()
        .map(String::as_str)
        .filter(|person| !hands.contains(*person))
        .collect();
    let live = model.strictness().and_then(|strictness| needs(strictness, environment));
    let wanted = [change.needs(), live];
    wanted.into_iter().flatten().all(|needs| seated(model, change, &needs, &people))
}

/// People whose approval counts now.
fn living<'a>(model: &Model, change: &'a Change) -> Vec<&'a str> {
    let (hands, _) = change.hands(model);
    let counts = |vote: &&&Vote| {
        vote.says == "approve"
            && vote.digest == super::text(&change.revision, "/digest")
            && model.organisation.is_usable(&vote.account)
            && !hands.contains(&vote.person)
    };
    let standing = change.standing();
    standing.values().filter(|vote| counts(vote)).map(|vote| vote.person.as_str()).collect()
}

/// Whether every place can be taken by somebody else.
fn seated(model: &Model, change: &Change, needs: &[Need], people: &[&str]) -> bool {
    let places: Vec<&Need> =
        needs.iter().flat_map(|need| std::iter::repeat_n(need, need.count)).collect();
    seat(model, change.material("service"), &places, people, &mut vec![false; people.len()])
}

fn seat(
    model: &Model,
    service: &str,
    places: &[&Need],
    people: &[&str],
    taken: &mut [bool],
) -> bool {
    let Some((place, rest)) = places.split_first() else { return true };
    for (n, person) in people.iter().enumerate() {
        let free = taken.get(n).is_some_and(|taken| !taken);
        if free && model.organisation.holds(person, &place.role, &place.reach, service) {
            taken[n] = true;
            if seat(model, service, rest, people, taken) {
                return true;
            }
            taken[n] = false;
        }
    }
    false
}
