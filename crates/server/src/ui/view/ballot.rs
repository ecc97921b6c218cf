//! The vote form: what a vote of the reader will count for, or why they can't vote, before any click.

use app::change::Explained;
use console::pages::change::{Ballot, BallotClosed, BallotForm};
use console::view::{Choice, NextStep};
use domain::change::{Change, State, Uninformed};
use domain::eligibility::Capacity;
use domain::ids::{PersonId, RoleName};
use domain::refusal::Refusal;

use super::reader::{Reader, joined, roles, sentence};
use super::status;

/// What the reader's vote would count for, or why they can't vote.
pub(super) fn ballot(
    reader: &Reader<'_>,
    explained: &Explained,
    person: Option<&PersonId>,
) -> Ballot {
    let change = &explained.facts.change;
    match &explained.you.vote {
        Ok(held) if uninformed(explained, held, person, reader.now).is_some() => {
            Ballot::Closed(to_briefing(change))
        }
        Ok(capacities) => Ballot::Open(ballot_form(reader, explained, capacities, person)),
        Err(Refusal::IllegalState { .. }) => Ballot::None,
        Err(refusal) => Ballot::Closed(closed(reader, explained, change, refusal)),
    }
}

/// What an approval of the reader lacks before policy takes it as informed.
fn uninformed(
    explained: &Explained,
    held: &[Capacity],
    person: Option<&PersonId>,
    now: jiff::Timestamp,
) -> Option<Uninformed> {
    let change = &explained.facts.change;
    let informed = change.informed(person?, now);
    let held: Vec<RoleName> = held.iter().flat_map(|c| c.roles.iter().cloned()).collect();
    change.uninformed(&held, &explained.facts.votable(), informed.as_ref())
}

/// Their decision is made on the briefing.
fn to_briefing(change: &Change) -> BallotClosed {
    let href = format!("/changes/{}/briefing", change.number);
    BallotClosed {
        reasons: vec![
            "Policy wants your decision to rest on the briefing: open it, confirm, then decide."
                .to_owned(),
        ],
        next: vec![NextStep::linked("Open the briefing", href)],
    }
}

fn ballot_form(
    reader: &Reader<'_>,
    explained: &Explained,
    capacities: &[Capacity],
    person: Option<&PersonId>,
) -> BallotForm {
    let held: Vec<&RoleName> = capacities.iter().flat_map(|c| &c.roles).collect();
    let change = &explained.facts.change;
    let votable = explained.facts.votable();
    let mine = |r: &&domain::requirement::Requirement| {
        change.routes(r).any(|(role, _)| held.contains(&role))
    };
    let mut counts_as = Vec::new();
    for requirement in votable.iter().filter(mine) {
        let role = change.routes(requirement).find(|(role, _)| held.contains(role));
        let role = role.map_or("", |(r, _)| r.as_str());
        let line = format!("{role}: {}", sentence(&requirement.why));
        if !counts_as.contains(&line) {
            counts_as.push(line);
        }
    }
    BallotForm {
        whose_right: whose_right(reader, capacities, person),
        expected_revision: change.revision().number.to_string(),
        counts_as,
        meaning: votable.iter().filter(mine).find_map(|r| r.meaning.clone()).unwrap_or_default(),
        replaces: change
            .current_votes()
            .find(|v| Some(&v.person) == person)
            .map(|v| status::decision(v.decision)),
        ..BallotForm::default()
    }
}

/// Whose right a vote would use, when there is more than their own to say.
fn whose_right(
    reader: &Reader<'_>,
    capacities: &[Capacity],
    person: Option<&PersonId>,
) -> Vec<Choice> {
    if capacities.iter().all(|c| c.on_behalf_of.is_none()) {
        return Vec::new();
    }
    let choice = |(n, c): (usize, &Capacity)| {
        let (value, label) = match (&c.on_behalf_of, person) {
            (Some(other), _) => {
                let name = reader.directory.person_name(&other.person);
                (other.person.to_string(), format!("for {name}, as {}", roles(&c.roles)))
            }
            (None, Some(own)) => (own.to_string(), format!("your own, as {}", roles(&c.roles))),
            (None, None) => (String::new(), roles(&c.roles)),
        };
        Choice { value, label, selected: n == 0 }
    };
    capacities.iter().enumerate().map(choice).collect()
}

fn closed(
    reader: &Reader<'_>,
    explained: &Explained,
    change: &Change,
    refusal: &Refusal,
) -> BallotClosed {
    let mut reasons = Vec::new();
    let mut next = Vec::new();
    match refusal {
        Refusal::SeparationOfDuties { hands, .. } => {
            let hands: Vec<&str> = hands.iter().map(domain::duties::Hand::title).collect();
            reasons.push(format!("You had a hand in this change, as its {}.", joined(&hands)));
            reasons.push("Nobody decides on a change they had a hand in.".to_owned());
        }
        Refusal::NoRole { wanted, .. } => {
            let mut wanted = wanted.clone();
            wanted.sort();
            wanted.dedup();
            reasons.push(if wanted.is_empty() {
                "Nobody's vote is asked for.".to_owned()
            } else {
                format!("It needs {}, and you hold none of these roles here.", roles(&wanted))
            });
        }
        other => reasons.push(format!("{}.", sentence(&other.to_string()))),
    }
    let mut people: Vec<String> = Vec::new();
    for missing in explained.missing().filter_map(|n| n.missing.as_ref()) {
        for person in &missing.people {
            let name = reader.directory.person_name(person);
            if !people.contains(&name) {
                people.push(name);
            }
        }
    }
    if people.is_empty() {
        if matches!(change.state, State::AwaitingApproval { .. }) {
            next.push(NextStep::linked("See who holds which role", "/organisation/roles"));
        }
    } else {
        next.push(NextStep::new(format!("Ask somebody who can: {}.", people.join(", "))));
    }
    next.push(NextStep::linked("Read which rules ask for whom", "#why"));
    BallotClosed { reasons, next }
}
