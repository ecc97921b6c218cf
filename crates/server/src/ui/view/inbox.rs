//! The three parts of an inbox.

use std::collections::BTreeMap;

use app::change::InboxItem;
use console::pages::inbox::{Blocked, BulkChoice, BulkGroup, Subject, Task, Waiting};
use console::view::{Badge, Icon, Tone};
use domain::change::{Change, OnBehalfOf, State, VoteDecision};
use domain::decision::{Witnessed, decide};
use domain::explanation::Explanation;
use domain::ids::{PersonId, RoleName};
use jiff::Timestamp;
use policy::Bundle;

use super::reader::{Reader, counted, roles, sentence};
use super::{bulk, change, status};

pub(super) fn subject(change: &Change, bundle: Option<&Bundle>) -> Subject {
    let material = &change.revision().material;
    let assessment = change.assessment.as_ref();
    let live = || bundle?.tier_of(material.environment.as_str()).map(|tier| tier.number);
    let tier = assessment.map(|a| a.tier).or_else(live);
    Subject {
        number: change.number.to_string(),
        title: material.title.text().to_owned(),
        href: format!("/changes/{}", change.number),
        trouble: None,
        duplicates: Vec::new(),
        service: material.service.to_string(),
        environment: material.environment.to_string(),
        tier: tier.map(|tier| format!("T{tier}")).unwrap_or_default(),
        risk: status::risk(assessment.map_or("", |a| a.risk.level.as_str()), bundle),
        change_type: material.kind.as_str().to_owned(),
    }
}

/// The parts of what the record asks for that still miss somebody, each once.
fn open(reader: &Reader<'_>, change: &Change) -> Vec<Explanation> {
    let witnessed = Witnessed { deployments: &[], now: reader.now };
    let decided = change.assessments().map(|a| decide(change, a, reader.directory, witnessed));
    let parts = decided.flat_map(|decision| decision.explanation.children);
    let mut open: Vec<Explanation> = Vec::new();
    for part in parts.filter(|part| part.missing.is_some()) {
        if open.iter().all(|known| known.requirement != part.requirement) {
            open.push(part);
        }
    }
    open
}

/// A decision that waits for the reader.
pub(crate) fn task(reader: &Reader<'_>, item: &InboxItem, bundle: Option<&Bundle>) -> Task {
    let change = &item.facts.change;
    let material = &change.revision().material;
    let others = open(reader, change).len().saturating_sub(1);
    let what = format!("{} in {}", material.service, material.environment);
    let since = match &change.state {
        State::AwaitingApproval { since, .. } => *since,
        _ => change.updated_at,
    };
    let mut subject = subject(change, bundle);
    if item.requirement.briefings.iter().any(|b| b.stakeholder) {
        subject.href.push_str("/briefing");
    }
    Task {
        subject,
        requester: reader.who(&change.requester),
        due: item.due_at.map(|at| reader.moment(at)),
        due_badge: item.due_at.and_then(|at| due(reader, at)),
        since: reader.moment(since),
        role: in_roles(reader, &item.capacity.roles, item.capacity.on_behalf_of.as_ref()),
        rule: sentence(&item.requirement.why),
        blocks: match others {
            0 => format!("{what}; nothing else is missing"),
            n => {
                format!("{what}, beside {}", counted(n, "other requirement", "other requirements"))
            }
        },
    }
}

/// What the reader can approve in one step, by template: two changes or more of each.
pub(crate) fn in_bulk(waiting: &[InboxItem]) -> Vec<BulkGroup> {
    let mut groups: BTreeMap<&str, Vec<BulkChoice>> = BTreeMap::new();
    for item in waiting {
        let Some(template) = &item.bulk else { continue };
        let change = &item.facts.change;
        let material = &change.revision().material;
        groups.entry(template.name.as_str()).or_default().push(BulkChoice {
            value: bulk::value(change.number, change.revision().number),
            number: change.number.to_string(),
            title: material.title.text().to_owned(),
            target: format!("{} → {}", material.service, material.environment),
        });
    }
    let several = groups.into_iter().filter(|(_, changes)| changes.len() > 1);
    several
        .map(|(template, changes)| BulkGroup { template: template.to_owned(), changes })
        .collect()
}

/// In which role somebody is asked, and for whom.
pub(super) fn in_roles(
    reader: &Reader<'_>,
    held: &[RoleName],
    on_behalf_of: Option<&OnBehalfOf>,
) -> String {
    let held = roles(held);
    match on_behalf_of {
        None => held,
        Some(other) => format!("{held}, for {}", reader.directory.person_name(&other.person)),
    }
}

fn due(reader: &Reader<'_>, at: Timestamp) -> Option<Badge> {
    let left = at.duration_since(reader.now).as_mins();
    if at <= reader.now {
        Some(Badge::new(Tone::Bad, Icon::Clock, "Overdue"))
    } else if left < 120 {
        Some(Badge::new(Tone::Bad, Icon::Clock, "Due soon"))
    } else if reader.zone.same_day(at, reader.now) {
        Some(Badge::new(Tone::Warn, Icon::Clock, "Due today"))
    } else {
        None
    }
}

/// A change the reader holds up.
pub(crate) fn blocked(
    reader: &Reader<'_>,
    change: &Change,
    person: &PersonId,
    bundle: Option<&Bundle>,
) -> Blocked {
    let subject = subject(change, bundle);
    if let Some(hold) = change.holds.iter().find(|h| h.by.person() == Some(person)) {
        return Blocked {
            subject,
            how: Badge::new(Tone::Bad, Icon::Pause, "Held"),
            reason: hold.reason.text().to_owned(),
            since: reader.moment(hold.at),
            way_out: "Release your hold when it can go on.".to_owned(),
        };
    }
    let asked = |v: &&domain::change::Vote| {
        v.person == *person && v.decision == VoteDecision::RequestChanges
    };
    let vote = change.current_votes().find(asked);
    Blocked {
        subject,
        how: Badge::new(Tone::Warn, Icon::Pencil, "Changes requested"),
        reason: vote.map(|v| v.justification.text().to_owned()).unwrap_or_default(),
        since: reader.moment(vote.map_or(change.updated_at, |v| v.at)),
        way_out: "A new revision, or another vote of yours, frees it.".to_owned(),
    }
}

/// An own change that waits for others.
pub(crate) fn waiting(reader: &Reader<'_>, change: &Change, bundle: Option<&Bundle>) -> Waiting {
    Waiting {
        subject: subject(change, bundle),
        state: status::state(&change.state),
        on: change::waiting_on(open(reader, change).into_iter()),
        since: reader.moment(change.updated_at),
    }
}
