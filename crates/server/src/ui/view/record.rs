//! What happened to a change: votes, revisions, grants, deployments, the timeline.

use std::collections::BTreeMap;

use app::change::{Explained, Readings};
use console::pages::change_record::{
    Deployment, FieldChange, Grant, GrantState, Revision, TimelineEntry, Vote,
};
use console::view::{Digest, Link};
use domain::change::{Change, ChangeEvent, VoteDecision};
use domain::event::{Event, GateEvent};
use domain::ids::VoteId;

use super::reader::{self, Reader, counted, roles, sentence};
use super::status;

/// All votes, newest first, each with whether it counts now.
pub(crate) fn votes(reader: &Reader<'_>, explained: &Explained, readings: &Readings) -> Vec<Vote> {
    let change = &explained.facts.change;
    let mut counts: BTreeMap<&VoteId, Vec<String>> = BTreeMap::new();
    let mut dead: BTreeMap<&VoteId, &str> = BTreeMap::new();
    for node in explained.decisions().iter().flat_map(|d| d.explanation.walk()) {
        for vote in &node.counted {
            let held = counts.entry(&vote.vote).or_default();
            if !held.iter().any(|role| role == vote.role.as_str()) {
                held.push(vote.role.to_string());
            }
        }
        dead.extend(node.dead.iter().map(|vote| (&vote.vote, vote.why.as_str())));
    }
    let current: Vec<&VoteId> = change.current_votes().map(|v| &v.id).collect();
    let entries = vote_entries(readings);
    let shown = change.votes.iter().rev().map(|vote| {
        let is_current = current.contains(&&vote.id);
        let (counts_now, why_not) = match vote.decision {
            _ if !is_current && vote.revision == change.revision().number => {
                (false, "it was replaced by a later one".to_owned())
            }
            _ if !is_current => (false, format!("it was given for revision {}", vote.revision)),
            VoteDecision::Approve => match (counts.get(&vote.id), dead.get(&vote.id)) {
                (Some(_), None) => (true, String::new()),
                (_, Some(why)) => (false, (*why).to_owned()),
                (None, None) => (false, "enough others fill its place".to_owned()),
            },
            VoteDecision::Reject | VoteDecision::RequestChanges => (true, String::new()),
            VoteDecision::Abstain => (false, "an abstention counts for nothing".to_owned()),
        };
        let role = counts.get(&vote.id).map_or_else(|| roles(&vote.roles), |held| held.join(", "));
        Vote {
            who: reader.person(&vote.person),
            on_behalf_of: vote.on_behalf_of.as_ref().map(|o| reader.person(&o.person)),
            decision: status::decision(vote.decision),
            role,
            meaning: match vote.decision {
                VoteDecision::Approve => vote.meaning.clone().unwrap_or_default(),
                _ => String::new(),
            },
            justification: vote.justification.get().cloned(),
            signed_with: match change.signed(vote, reader.directory) {
                Ok(Some(_)) => signed_with(vote),
                Ok(None) | Err(_) => String::new(),
            },
            at: reader.moment(vote.at),
            revision: vote.revision,
            counts: counts_now,
            why_not,
            entry: entries.get(&vote.id).map(|index| reader::entry(*index)),
        }
    });
    shown.collect()
}

fn signed_with(vote: &domain::change::Vote) -> String {
    let proof = vote.signature.as_ref().map(|s| &s.proof);
    match proof {
        Some(signing::Proof::Ssh { .. }) => "an SSH key".to_owned(),
        Some(signing::Proof::Passkey(_)) => "a passkey".to_owned(),
        None => String::new(),
    }
}

fn vote_entries(readings: &Readings) -> BTreeMap<VoteId, u64> {
    let vote = |item: &app::change::TimelineItem| match &item.envelope.event {
        Event::Change(ChangeEvent::VoteRecorded(vote)) => Some((vote.id.clone(), item.index)),
        _ => None,
    };
    readings.items.iter().filter_map(vote).collect()
}

/// Revisions with what moved, newest first.
pub(crate) fn revisions(reader: &Reader<'_>, change: &Change) -> Vec<Revision> {
    let all = change.revisions();
    let current = change.revision().number;
    let earlier = std::iter::once(None).chain(all.iter().map(Some));
    let mut list: Vec<Revision> = all
        .iter()
        .zip(earlier)
        .map(|(revision, before)| {
            let moved = before.map(|b| revision.moved_since(b)).unwrap_or_default();
            let field = |m: domain::change::Moved| FieldChange {
                field: m.field,
                before: if m.from == "none" { String::new() } else { m.from },
                after: if m.to == "none" { String::new() } else { m.to },
            };
            let lost = change.votes.iter().filter(|v| v.revision + 1 == revision.number).count();
            Revision {
                number: revision.number,
                digest: Digest::new(revision.digest.as_str()),
                by: reader.who(&revision.by),
                at: reader.moment(revision.at),
                changed: moved.into_iter().map(field).collect(),
                effect: if lost > 0 {
                    let votes = counted(lost, "vote", "votes");
                    format!("{votes} on revision {} stopped counting.", revision.number - 1)
                } else {
                    String::new()
                },
                current: revision.number == current,
            }
        })
        .collect();
    list.reverse();
    list
}

/// Grants, newest first: they are entries of the journal.
pub(crate) fn grants(reader: &Reader<'_>, change: &Change, readings: &Readings) -> Vec<Grant> {
    let newest = readings.items.iter().rev();
    newest
        .filter_map(|item| match &item.envelope.event {
            Event::Gate(GateEvent::GateAnswered { grant: Some(grant), .. }) => {
                Some((item.index, grant))
            }
            _ => None,
        })
        .map(|(index, grant)| {
            let redeemed = change.deployments.iter().any(|d| d.grant == grant.id);
            let state = if redeemed {
                GrantState::Redeemed
            } else if grant.revision != change.revision().number {
                GrantState::Revoked
            } else if reader.now >= grant.expires_at {
                GrantState::Expired
            } else {
                GrantState::Valid
            };
            let receipt = format!("/v1/ledger/entries/{index}/receipt");
            Grant {
                id: grant.id.to_string(),
                state,
                asked_by: reader.who(&grant.asked_by),
                revision: grant.revision,
                issued: reader.moment(grant.issued_at),
                expires: reader.moment(grant.expires_at),
                entry: Some(reader::entry(index)),
                downloads: vec![
                    Link::new("receipt", receipt.clone()),
                    Link::new("tlog-proof", format!("{receipt}?format=tlog-proof")),
                ],
            }
        })
        .collect()
}

/// Deployments, newest first.
pub(crate) fn deployments(
    reader: &Reader<'_>,
    change: &Change,
    readings: &Readings,
) -> Vec<Deployment> {
    let newest = change.deployments.iter().rev();
    newest
        .map(|run| {
            let code = run.exit_code.map(|code| format!("exit code {code}"));
            let note = run.note.as_ref().map(|n| n.text().to_owned());
            let began = readings.items.iter().find(|item| {
                matches!(&item.envelope.event, Event::Change(ChangeEvent::GrantRedeemed {
                    deployment, ..
                }) if deployment.id == run.id)
            });
            Deployment {
                id: run.id.to_string(),
                outcome: status::deployment(run.outcome),
                by: reader.who(&run.by),
                started: reader.moment(run.began_at),
                finished: run.ended_at.map(|at| reader.moment(at)),
                note: [code, note].into_iter().flatten().collect::<Vec<_>>().join(", "),
                link: None,
                entry: began.map(|item| reader::entry(item.index)),
            }
        })
        .collect()
}

/// The timeline, newest first.
pub(crate) fn timeline(reader: &Reader<'_>, readings: &Readings) -> Vec<TimelineEntry> {
    let newest = readings.items.iter().rev();
    newest
        .map(|item| {
            let said = reader.say(&item.envelope.event);
            TimelineEntry {
                at: reader.moment(item.envelope.time),
                actor: reader.who(&item.envelope.actor),
                what: said.what,
                detail: sentence(&said.detail),
                icon: said.icon,
                tone: said.tone,
                index: item.index,
            }
        })
        .collect()
}
