//! Whether enough different people have approved: by trying every way to seat them.
//!
//! People who answer for one another are one party, and a party takes one place.

use std::collections::BTreeSet;

use super::change::{Change, Vote};
use super::{Model, text};
use crate::rules::{Need, known_contributors, needs};

/// An approval that may count, or that somebody could still give.
#[derive(Debug, Clone)]
pub struct Ballot<'a> {
    /// Who.
    pub person: &'a str,
    /// For whom, and by which delegation.
    pub on_behalf_of: Option<(&'a str, &'a str)>,
    /// When.
    pub at: i64,
}

impl<'a> Ballot<'a> {
    fn of(vote: &'a Vote) -> Self {
        let other = vote.on_behalf_of.as_ref();
        let on_behalf_of = other.map(|(person, id)| (person.as_str(), id.as_str()));
        Self { person: &vote.person, on_behalf_of, at: vote.at }
    }

    /// Who is behind it.
    pub fn stands_for(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        [Some(self.person), self.on_behalf_of.map(|(person, _)| person)].into_iter().flatten()
    }

    /// Whether it answers a need of a change.
    #[must_use]
    pub fn answers(&self, model: &Model, change: &Change, need: &Need) -> bool {
        let (organisation, service) = (&model.organisation, change.material("service"));
        let opened = change.asking.of(&need.key).map(|a| a.opened.as_slice()).unwrap_or_default();
        let opened = opened.iter().map(|(role, reach)| (role.as_str(), reach.as_str()));
        let mut routes = [(need.role.as_str(), need.reach.as_str())].into_iter().chain(opened);
        let Some((other, id)) = self.on_behalf_of else {
            return routes
                .any(|(role, reach)| organisation.holds(self.person, role, reach, service));
        };
        let Some(given) = organisation.delegations.by_id.get(id) else { return false };
        let theirs = given.from_person == other && given.to_person == self.person;
        theirs
            && given.ended.is_none()
            && given.is_open(self.at)
            && routes.any(|(role, reach)| {
                need.may_be_delegated(role) && organisation.carries(given, role, reach, service)
            })
    }
}

/// Why a change is not approved, or nothing if it is.
#[must_use]
pub fn missing(model: &Model, change: &Change) -> Option<String> {
    let Some(asked) = asked(model, change) else { return Some("no policy is live".to_owned()) };
    if change.assessment.is_none() {
        return Some("it was never assessed".to_owned());
    }
    let standing = change.standing();
    if let Some(vote) =
        standing.values().find(|v| matches!(v.says.as_str(), "reject" | "request_changes"))
    {
        return Some(format!("{} says {}", vote.person, vote.says));
    }
    if change.hands(model).1 && known_contributors(change.material("environment")) {
        return Some("a contributor is nobody known".to_owned());
    }
    let ballots = living(model, change);
    for needs in asked {
        if !seated(model, change, &needs, &ballots) {
            return Some(format!("{needs:?} are not all answered"));
        }
    }
    None
}

/// What its record asks for, what was added to it, and what the live policy asks for, each with the
/// exceptions that were asked for. Nothing where nobody has to approve; `None` where no policy is live.
#[must_use]
pub fn asked(model: &Model, change: &Change) -> Option<Vec<Vec<Need>>> {
    let live = needs(model.strictness()?, change.material("environment"));
    let with_exceptions = |mut needs: Vec<Need>| {
        needs.extend(change.excepted().cloned());
        needs
    };
    let ends = [change.needs(), live].map(Option::unwrap_or_default);
    Some(ends.into_iter().chain(change.added_needs()).map(with_exceptions).collect())
}

/// Whether those who have no approval that counts could still make it complete.
#[must_use]
pub fn is_possible(model: &Model, change: &Change, at: i64) -> bool {
    let (hands, unknown) = change.hands(model);
    if unknown && known_contributors(change.material("environment")) {
        return false;
    }
    let Some(asked) = asked(model, change) else { return false };
    let mut ballots = living(model, change);
    let idle = |b: &Ballot<'_>| !asked.iter().flatten().any(|need| b.answers(model, change, need));
    ballots.retain(|b| !idle(b));
    let taken: BTreeSet<&str> = ballots.iter().map(|b| b.person).collect();
    let free =
        model.organisation.people.keys().map(String::as_str).filter(|person| {
            !taken.contains(person) && !change.has_hand(model, &hands, person, at)
        });
    ballots.extend(free.map(|person| Ballot { person, on_behalf_of: None, at }));
    asked.iter().all(|needs| seated(model, change, needs, &ballots))
}

/// Approvals of people who are here, about exactly this, and without a hand in it.
#[must_use]
pub fn living<'a>(model: &Model, change: &'a Change) -> Vec<Ballot<'a>> {
    let (hands, _) = change.hands(model);
    let counts = |vote: &&&Vote| {
        vote.says == "approve"
            && vote.digest == text(&change.revision, "/digest")
            && model.organisation.is_usable(&vote.account)
            && !change.has_hand(model, &hands, &vote.person, vote.at)
    };
    let standing = change.standing();
    standing.values().filter(|vote| counts(vote)).map(|vote| Ballot::of(vote)).collect()
}

/// Whether every place can be taken by somebody else.
#[must_use]
pub fn seated(model: &Model, change: &Change, needs: &[Need], ballots: &[Ballot<'_>]) -> bool {
    let answers = |ballot: &&Ballot<'_>| needs.iter().any(|n| ballot.answers(model, change, n));
    let ballots: Vec<&Ballot<'_>> = ballots.iter().filter(answers).collect();
    let parties = parties(&ballots);
    let places: Vec<Vec<usize>> = needs
        .iter()
        .flat_map(|need| {
            let fits = |party: &[usize]| {
                let mut members = party.iter().filter_map(|n| ballots.get(*n));
                members.any(|ballot| ballot.answers(model, change, need))
            };
            let fitting: Vec<usize> =
                (0..parties.len()).filter(|n| parties.get(*n).is_some_and(|p| fits(p))).collect();
            std::iter::repeat_n(fitting, need.count)
        })
        .collect();
    seat(&places, &mut vec![false; parties.len()])
}

/// Ballots of people who answer for one another, also over others.
#[must_use]
pub fn parties(ballots: &[&Ballot<'_>]) -> Vec<Vec<usize>> {
    let mut parties: Vec<(BTreeSet<&str>, Vec<usize>)> = Vec::new();
    for (n, ballot) in ballots.iter().enumerate() {
        let mut joined: (BTreeSet<&str>, Vec<usize>) = (ballot.stands_for().collect(), vec![n]);
        let (with, apart): (Vec<_>, Vec<_>) =
            parties.into_iter().partition(|(people, _)| !people.is_disjoint(&joined.0));
        for (people, members) in with {
            joined.0.extend(people);
            joined.1.extend(members);
        }
        parties = apart;
        parties.push(joined);
    }
    parties.into_iter().map(|(_, members)| members).collect()
}

/// Whether every place finds a party of its own.
#[must_use]
pub fn seat(places: &[Vec<usize>], taken: &mut [bool]) -> bool {
    let Some((place, rest)) = places.split_first() else { return true };
    for party in place {
        if taken.get(*party).is_some_and(|taken| !taken) {
            taken[*party] = true;
            if seat(rest, taken) {
                return true;
            }
            taken[*party] = false;
        }
    }
    false
}

/// How many places find a party of their own at most.
#[must_use]
pub fn seated_at_most(places: &[Vec<usize>], taken: &mut [bool]) -> usize {
    let Some((place, rest)) = places.split_first() else { return 0 };
    let mut most = 0;
    for party in place {
        if taken.get(*party).is_some_and(|taken| !taken) {
            taken[*party] = true;
            most = most.max(1 + seated_at_most(rest, taken));
            taken[*party] = false;
        }
        if most == places.len() {
            return most;
        }
    }
    most.max(seated_at_most(rest, taken))
}
