//! Change sets: how the items stand together, and for which domain somebody speaks.

use std::collections::BTreeSet;

use super::change::{Change, State};
use super::quorum::{self, Ballot};
use super::{Model, organisation::Organisation};
use crate::rules::Need;

/// Why a set stops one of its items now, or nothing: every item is approved, and people can be given
/// to domains so that nobody speaks for two.
#[must_use]
pub fn objection(model: &Model, of: &Change, at: i64) -> Option<String> {
    if of.set.is_empty() {
        return None;
    }
    let items: Option<Vec<&Change>> = of.set.iter().map(|id| model.changes.get(id)).collect();
    let Some(items) = items else { return Some("an item of its set is missing".to_owned()) };
    for item in &items {
        if let Some(why) = stops(model, item, at) {
            return Some(format!("item {} {why}", item.id));
        }
    }
    (!each_by_its_own(model, &items)).then(|| "somebody would speak for two domains".to_owned())
}

fn stops(model: &Model, item: &Change, at: i64) -> Option<String> {
    if !item.holds.is_empty() {
        return Some("is held".to_owned());
    }
    match item.state {
        State::Implementing | State::Completed | State::Closed => {
            let failed = matches!(item.last_outcome(), Some("failed" | "rolled_back"));
            let overridden = item.deployments.last().is_some_and(|d| d.overridden);
            let is_missing = failed || overridden;
            is_missing.then(|| "failed, or was let through by an override".to_owned())
        }
        State::Approved if at < item.until => quorum::missing(model, item),
        _ => Some(format!("is {}", item.state.word())),
    }
}

/// Whether people can be given to domains so that each item is complete without those of the others; one
/// that is being deployed, which may have lost somebody since, as complete as it is with them.
fn each_by_its_own(model: &Model, items: &[&Change]) -> bool {
    let organisation = &model.organisation;
    let domain = |item: &Change| organisation.services.get(item.material("service")).cloned();
    let domains: BTreeSet<Option<String>> = items.iter().map(|item| domain(item)).collect();
    let domains: Vec<Option<String>> = domains.into_iter().collect();
    // Each ballot with the number of its item.
    let mut ballots: Vec<(usize, Ballot<'_>)> = Vec::new();
    for (n, item) in items.iter().enumerate() {
        let needs: Vec<Need> = quorum::asked(model, item).into_iter().flatten().flatten().collect();
        let counts = |b: &Ballot<'_>| needs.iter().any(|need| b.answers(model, item, need));
        ballots.extend(quorum::living(model, item).into_iter().filter(counts).map(|b| (n, b)));
    }
    let all: Vec<&Ballot<'_>> = ballots.iter().map(|(_, ballot)| ballot).collect();
    let parties = quorum::parties(&all);
    let homes: Vec<usize> =
        items.iter().filter_map(|item| domains.iter().position(|d| *d == domain(item))).collect();
    // Where each party voted: only those who did in two domains have to be given to one.
    let at_home = |party: &Vec<usize>| -> BTreeSet<usize> {
        let items = party.iter().filter_map(|n| ballots.get(*n)).map(|(item, _)| *item);
        items.filter_map(|item| homes.get(item).copied()).collect()
    };
    let choices: Vec<Vec<usize>> =
        parties.iter().map(|party| at_home(party).into_iter().collect()).collect();
    // For each list of needs of each item how many are wanted and how many seated, with everybody where
    // given, or everywhere.
    let seats = |given: Option<&[usize]>| -> Vec<[usize; 2]> {
        let of_each = items.iter().enumerate().flat_map(|(n, item)| {
            let of_item = |member: &usize| {
                ballots.get(*member).filter(|(on, _)| *on == n).map(|(_, ballot)| ballot)
            };
            let of_need = |need: &Need| {
                let own = is_of_domain(organisation, item, need);
                let fits = |(p, party): (usize, &Vec<usize>)| {
                    let here = !own || given.is_none_or(|given| given.get(p) == homes.get(n));
                    let mut mine = party.iter().filter_map(of_item);
                    (here && mine.any(|b| b.answers(model, item, need))).then_some(p)
                };
                let fitting: Vec<usize> = parties.iter().enumerate().filter_map(fits).collect();
                std::iter::repeat_n(fitting, need.count)
            };
            let of_needs = |needs: Vec<Need>| {
                let places: Vec<Vec<usize>> = needs.iter().flat_map(of_need).collect();
                let seated = quorum::seated_at_most(&places, &mut vec![false; parties.len()]);
                // What is being deployed may have lost somebody since it was complete.
                let is_over = item.state != State::Approved;
                [if is_over { seated } else { places.len() }, seated]
            };
            let asked = quorum::asked(model, item).into_iter().flatten();
            asked.map(of_needs).collect::<Vec<_>>()
        });
        of_each.collect()
    };
    let everywhere = seats(None);
    let complete = |given: &[usize]| {
        let both = seats(Some(given)).into_iter().zip(&everywhere);
        both.into_iter().all(|([_, seated], [wanted, _])| seated == *wanted)
    };
    any_choice(&choices, &mut Vec::new(), &complete)
}

/// Whether a need asks the authority of the item's own domain: it must be held there, or somebody
/// holds it there.
fn is_of_domain(organisation: &Organisation, item: &Change, need: &Need) -> bool {
    let holds = |person: &String| {
        organisation.holds(person, &need.role, "domain", item.material("service"))
    };
    match need.reach.as_str() {
        // Exceptions are given by whoever a freeze names, for whatever domain.
        _ if need.key.starts_with("freeze/") => false,
        "organisation" => false,
        "domain" | "service" => true,
        _ => organisation.people.keys().any(holds),
    }
}

fn any_choice(
    choices: &[Vec<usize>],
    given: &mut Vec<usize>,
    complete: &dyn Fn(&[usize]) -> bool,
) -> bool {
    let Some((first, rest)) = choices.split_first() else { return complete(given) };
    first.iter().any(|home| {
        given.push(*home);
        let found = any_choice(rest, given, complete);
        given.pop();
        found
    })
}
