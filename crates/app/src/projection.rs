//! From a change to the rows it is found by. The rows can always be made again from the journal.
//!
//! Pure. Public for whoever must make the rows of many changes at once; it decides nothing.

use std::collections::BTreeSet;

use domain::change::{Change, State, Vote, VoteDecision};
use domain::ids::PersonId;
use domain::organisation::Directory;
use domain::requirement::{Requirement, inbox_keys};
use jiff::{SignedDuration, Timestamp};
use store::{ChangeRow, ChangeSummary, DeploymentRow, Stream, WaitingRow, Write};

use crate::AppError;

/// All read-model writes for a change after its stream grew to `version`.
///
/// # Errors
/// The change can't be written as JSON.
pub fn writes(
    change: &Change,
    version: u64,
    directory: &Directory,
) -> Result<Vec<Write>, AppError> {
    // What is unmet is read from the record's own assessment, so that a rebuild finds the same rows
    // without asking today's policy (I9).
    rows(change, version, directory, &unmet(change))
}

/// Keys of requirements that miss somebody, counting votes with the roles they were cast with. Who
/// may still vote is asked when it matters: at the gate.
pub(crate) fn unmet(change: &Change) -> Vec<String> {
    let State::AwaitingApproval { .. } = &change.state else { return Vec::new() };
    let mut all: Vec<String> = Vec::new();
    for assessment in change.assessments() {
        let missing = missing(change, &change.with_exceptions(&assessment.requirements));
        let new = missing.into_iter().filter(|key| !all.contains(key)).collect::<Vec<_>>();
        all.extend(new);
    }
    all
}

/// The keys of those of some requirements that miss somebody.
fn missing(change: &Change, requirements: &[Requirement]) -> Vec<String> {
    let votes: Vec<&Vote> =
        change.current_votes().filter(|v| v.decision == VoteDecision::Approve).collect();
    let parties = domain::parties::parties(&votes);
    let may = |party: &[usize], r: &Requirement| {
        let gone =
            |v: &Vote| change.asking_of(&r.key).is_some_and(|a| a.has_replaced(&v.person, v.at));
        let mut members = party.iter().filter_map(|n| votes.get(*n));
        members.any(|v| !gone(v) && change.routes(r).any(|(role, _)| v.roles.contains(role)))
    };
    let places: Vec<Vec<usize>> = requirements
        .iter()
        .flat_map(|r| {
            let edges = parties.iter().enumerate().filter(|(_, party)| may(party, r));
            let edges: Vec<usize> = edges.map(|(n, _)| n).collect();
            std::iter::repeat_n(edges, r.count.max(1) as usize)
        })
        .collect();
    let filled = domain::matching::assign(&places, parties.len());
    let mut place = 0;
    let mut missing = Vec::new();
    for requirement in requirements {
        let end = place + requirement.count.max(1) as usize;
        if filled.get(place..end).is_none_or(|mine| mine.iter().any(Option::is_none)) {
            missing.push(requirement.key.clone());
        }
        place = end;
    }
    missing
}

fn rows(
    change: &Change,
    version: u64,
    directory: &Directory,
    unmet: &[String],
) -> Result<Vec<Write>, AppError> {
    let material = &change.revision().material;
    let domain = directory.service(&material.service).and_then(|s| s.domain.clone());
    let due_at = due(change, unmet);
    let summary = summary(change, domain.as_ref().map(ToString::to_string), unmet, due_at);
    let artifacts = material.digests().into_iter().map(ToString::to_string).collect();
    let row = ChangeRow {
        id: change.id.clone(),
        version,
        set: change.set.as_ref().map(|set| set.id.clone()),
        window: domain::conflict::planned_window(change).map(|w| (w.from, w.until)),
        search: search(change),
        artifacts,
        snapshot: serde_json::to_vec(change).map_err(AppError::damaged)?,
        summary,
    };
    let waiting = waiting(change, domain.as_ref(), unmet);
    let mut writes = vec![
        Write::Change(Box::new(row)),
        Write::Waiting { change: change.id.clone(), rows: waiting },
        Write::Timer { stream: Stream::change(&change.id), due_at: timer(change, unmet) },
    ];
    writes.extend(ended(change).map(|row| Write::Deployed(Box::new(row))));
    Ok(writes)
}

/// The deployments of a change that ended: the past of its service in its environment.
fn ended(change: &Change) -> impl Iterator<Item = DeploymentRow> {
    let material = &change.revision().material;
    change.deployments.iter().filter_map(|deployment| {
        let (ended_at, outcome) = deployment.ended_at.zip(deployment.outcome)?;
        Some(DeploymentRow {
            id: deployment.id.clone(),
            change: change.id.clone(),
            service: material.service.to_string(),
            environment: material.environment.to_string(),
            ended_at,
            failed: outcome.is_failure(),
            version: material.version.clone(),
        })
    })
}

fn summary(
    change: &Change,
    domain: Option<String>,
    unmet: &[String],
    due_at: Option<Timestamp>,
) -> ChangeSummary {
    let material = &change.revision().material;
    let assessment = change.assessment.as_ref();
    ChangeSummary {
        id: change.id.clone(),
        number: change.number,
        title: material.title.text().to_owned(),
        service: material.service.to_string(),
        domain,
        environment: material.environment.to_string(),
        tier: assessment.map_or(4, |a| a.tier),
        kind: material.kind.as_str().to_owned(),
        state: change.state.name().as_str().to_owned(),
        held: change.is_held(),
        risk_score: assessment.map(|a| a.risk.score),
        risk_level: assessment.map(|a| a.risk.level.clone()),
        requester: change.requester.principal().to_owned(),
        missing: u32::try_from(unmet.len()).unwrap_or(u32::MAX),
        created_at: change.created_at,
        updated_at: change.updated_at,
        due_at,
    }
}

fn search(change: &Change) -> String {
    let material = &change.revision().material;
    let mut words = vec![
        change.number.to_string(),
        material.title.text().to_owned(),
        material.service.to_string(),
        material.environment.to_string(),
    ];
    words.extend(material.artifacts.iter().map(|a| a.name.clone()));
    words.extend(material.incident.clone());
    words.join(" ").to_lowercase()
}

/// When the first open answer is due, or the time runs out.
fn due(change: &Change, unmet: &[String]) -> Option<Timestamp> {
    let requirements = change.requirements();
    let open = requirements.iter().filter(|r| unmet.contains(&r.key));
    let answers = open.filter_map(|r| answer_due(change, r)).min();
    answers.or_else(|| change.next_edge())
}

/// When an answer to a requirement is due, while the change waits.
pub(crate) fn answer_due(change: &Change, requirement: &Requirement) -> Option<Timestamp> {
    let since = waiting_since(change)?;
    if let Some(due) = change.due_on_record(&requirement.key) {
        return Some(due);
    }
    let since = change.added_at(&requirement.key).map_or(since, |added| since.max(added));
    due_of(since, requirement.due_minutes)
}

fn due_of(since: Timestamp, minutes: Option<u32>) -> Option<Timestamp> {
    since.checked_add(SignedDuration::from_mins(i64::from(minutes?))).ok()
}

const fn waiting_since(change: &Change) -> Option<Timestamp> {
    match &change.state {
        State::AwaitingApproval { since, .. } => Some(*since),
        _ => None,
    }
}

/// When somebody must look at a change again: its time runs out, or asking or a review has a next
/// step.
pub(crate) fn timer(change: &Change, unmet: &[String]) -> Option<Timestamp> {
    [change.next_edge(), change.next_asking(unmet), change.next_review()]
        .into_iter()
        .flatten()
        .min()
}

/// The key under which everything is found that a person was asked for and has not answered.
pub(crate) fn asked_key(person: &PersonId) -> String {
    format!("asked:{person}")
}

/// The key under which everything is found that a person voted on and that still waits for others.
pub(crate) fn voted_key(person: &PersonId) -> String {
    format!("voted:{person}")
}

/// The key of what nobody could be asked for now.
pub(crate) const ASKED_NOBODY: &str = "asked:nobody";

/// The key of what somebody was asked for because they were on call, and has not answered.
pub(crate) const ASKED_ON_CALL: &str = "asked:on-call";

/// Keys by which asking finds what it must look at when people come and go.
fn asking_keys(change: &Change, requirement: &Requirement, unmet: &[String]) -> Vec<String> {
    let voted: Vec<&PersonId> = change.current_votes().map(|v| &v.person).collect();
    let mut keys: Vec<String> = voted.iter().map(|p| voted_key(p)).collect();
    let asking = change.asking_of(&requirement.key);
    if let Some(asking) = asking.filter(|_| unmet.contains(&requirement.key)) {
        let open: Vec<_> = asking.asked.iter().filter(|p| !voted.contains(p)).collect();
        if open.is_empty() {
            keys.push(ASKED_NOBODY.to_owned());
        }
        if open.iter().any(|person| asking.on_call.contains(person)) {
            keys.push(ASKED_ON_CALL.to_owned());
        }
        keys.extend(open.into_iter().map(asked_key));
    }
    if change.unanswerable.contains(&requirement.key) {
        keys.push(ASKED_NOBODY.to_owned());
    }
    keys
}

/// The requirement of the row by which a change is found that was assessed under a bundle.
const ASSESSED_UNDER: &str = "policy";

/// The key of all changes that wait and were assessed under a bundle.
pub(crate) fn assessed_under(digest: &str) -> String {
    format!("{ASSESSED_UNDER}:{digest}")
}

/// Where an awaiting change may be looked for: under every requirement of its record, because whoever
/// met one may leave; and under its bundle, because the live one may ask for more. Who is asked is
/// decided when the inbox is read.
fn waiting(
    change: &Change,
    domain: Option<&domain::ids::DomainName>,
    unmet: &[String],
) -> Vec<WaitingRow> {
    let (Some(_), Some(assessment)) = (waiting_since(change), &change.assessment) else {
        return Vec::new();
    };
    let service = &change.revision().material.service;
    let row = |requirement: &str, keys: Vec<String>, due_at| WaitingRow {
        change: change.id.clone(),
        requirement: requirement.to_owned(),
        keys,
        due_at,
        risk_score: assessment.risk.score,
    };
    let recorded = change.requirements();
    let requirements = change.with_exceptions(&recorded);
    let of_record = requirements.iter().map(|r| {
        let roles = change.routes(r);
        let mut keys: BTreeSet<String> =
            roles.flat_map(|(role, reach)| inbox_keys(role, reach, service, domain)).collect();
        keys.extend(asking_keys(change, r, unmet));
        row(&r.key, keys.into_iter().collect(), answer_due(change, r))
    });
    let bundles = change.assessments().map(|a| assessed_under(&a.policy)).collect();
    let under = row(ASSESSED_UNDER, bundles, None);
    of_record.chain([under]).collect()
}
