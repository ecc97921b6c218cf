//! From a change to the rows it is found by. The rows can always be made again from the journal.
//!
//! Pure. Public for whoever must make the rows of many changes at once; it decides nothing.

use std::collections::BTreeSet;

use domain::change::{Change, State, Vote, VoteDecision};
use domain::organisation::Directory;
use domain::requirement::Requirement;
use jiff::{SignedDuration, Timestamp};
use store::{ChangeRow, ChangeSummary, Stream, WaitingRow, Write};

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
    let (State::AwaitingApproval { .. }, Some(assessment)) = (&change.state, &change.assessment)
    else {
        return Vec::new();
    };
    let votes: Vec<&Vote> =
        change.current_votes().filter(|v| v.decision == VoteDecision::Approve).collect();
    let parties = domain::parties::parties(&votes);
    let may = |party: &[usize], r: &Requirement| {
        let mut members = party.iter().filter_map(|n| votes.get(*n));
        members.any(|v| v.roles.iter().any(|role| r.roles.contains(role)))
    };
    let requirements = change.with_exceptions(&assessment.requirements);
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
    for requirement in requirements.iter() {
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
        search: search(change),
        artifacts,
        snapshot: serde_json::to_vec(change).map_err(AppError::damaged)?,
        summary,
    };
    let waiting = waiting(change, domain.as_ref());
    Ok(vec![
        Write::Change(Box::new(row)),
        Write::Waiting { change: change.id.clone(), rows: waiting },
        Write::Timer { stream: Stream::change(&change.id), due_at: change.next_edge() },
    ])
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
    let answers = waiting_since(change).and_then(|since| {
        let of = change.assessment.iter().flat_map(|a| &a.requirements);
        of.filter(|r| unmet.contains(&r.key)).filter_map(|r| due_of(since, r.due_minutes)).min()
    });
    answers.or_else(|| change.next_edge())
}

/// When an answer to a requirement is due, while the change waits.
pub(crate) fn answer_due(change: &Change, requirement: &Requirement) -> Option<Timestamp> {
    due_of(waiting_since(change)?, requirement.due_minutes)
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

/// The requirement of the row by which a change is found that was assessed under a bundle.
const ASSESSED_UNDER: &str = "policy";

/// The key of all changes that wait and were assessed under a bundle.
pub(crate) fn assessed_under(digest: &str) -> String {
    format!("{ASSESSED_UNDER}:{digest}")
}

/// Where an awaiting change may be looked for: under every requirement of its record, because whoever
/// met one may leave; and under its bundle, because the live one may ask for more. Who is asked is
/// decided when the inbox is read.
fn waiting(change: &Change, domain: Option<&domain::ids::DomainName>) -> Vec<WaitingRow> {
    let (Some(since), Some(assessment)) = (waiting_since(change), &change.assessment) else {
        return Vec::new();
    };
    let service = &change.revision().material.service;
    let row = |requirement: &str, keys: Vec<String>, minutes| WaitingRow {
        change: change.id.clone(),
        requirement: requirement.to_owned(),
        keys,
        due_at: due_of(since, minutes),
        risk_score: assessment.risk.score,
    };
    let requirements = change.with_exceptions(&assessment.requirements);
    let of_record = requirements.iter().map(|r| {
        let keys: BTreeSet<String> = r.inbox_keys(service, domain).into_iter().collect();
        row(&r.key, keys.into_iter().collect(), r.due_minutes)
    });
    let under = row(ASSESSED_UNDER, vec![assessed_under(&assessment.policy)], None);
    of_record.chain([under]).collect()
}
