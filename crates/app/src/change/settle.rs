//! Keeping the recorded state in step with what the votes say.

use std::collections::BTreeMap;

use domain::asking::{AskingFacts, answerers, next};
use domain::change::{Assessment, Change, ChangeEvent, State};
use domain::decision::{Decision, Witnessed, automatic_approvals};
use domain::explanation::Outcome;
use domain::lazy::{Arrivals, LazyFacts};
use policy::Assessed;

use crate::AppError;
use crate::asking::LivePlaces;
use crate::facts::ChangeFacts;
use crate::journal::fold;
use crate::projection::unmet;

/// What follows when the votes say something else than the state: approved now, or not approved any
/// more, and then people are asked again at once. Whoever left while it was approved was in no list of
/// those whose open asks have to go to others, so nothing else would find it.
pub(crate) fn settle(
    change: &Change,
    decisions: &[Decision],
    facts: &ChangeFacts,
) -> Result<Vec<ChangeEvent>, AppError> {
    let Some(event) = moved(change, decisions, facts) else { return Ok(Vec::new()) };
    let mut events = vec![event];
    if let [ChangeEvent::ApprovalLapsed { .. }] = events.as_slice()
        && let Some(waits) = fold(Some(change), &events, facts.now)?
    {
        events.extend(asked(&waits, facts));
    }
    Ok(events)
}

/// Who is asked now.
fn asked(change: &Change, facts: &ChangeFacts) -> Vec<ChangeEvent> {
    let (places, load) = (LivePlaces(&facts.live), BTreeMap::new());
    let directory = &facts.live.directory;
    next(change, AskingFacts { directory, places: &places, load: &load }, facts.now).events
}

fn moved(change: &Change, decisions: &[Decision], facts: &ChangeFacts) -> Option<ChangeEvent> {
    let approved = !decisions.is_empty() && decisions.iter().all(|d| d.approved);
    let revision = change.revision().number;
    match &change.state {
        State::AwaitingApproval { expires_at, .. } if approved && facts.now < *expires_at => {
            let counted = decisions.iter().flat_map(|d| d.counted.clone()).collect();
            let places = LivePlaces(&facts.live);
            let assessment = change.assessment.as_ref();
            Some(ChangeEvent::ChangeApproved {
                revision,
                policy: facts.policy_digest(),
                counted,
                valid_until: assessment.and_then(|a| a.approved_until(&places, facts.now)),
            })
        }
        State::Approved { .. } if !approved => {
            let reasons = decisions
                .iter()
                .filter(|d| !d.approved)
                .flat_map(|d| d.explanation.walk())
                .filter(|n| n.children.is_empty() && n.outcome != Outcome::Satisfied)
                .map(|n| n.code.clone())
                .collect();
            let deadlines = change.deadlines_from(&LivePlaces(&facts.live), facts.now);
            Some(ChangeEvent::ApprovalLapsed { revision, reasons, deadlines })
        }
        _ => None,
    }
}

/// Adds to `events` what follows from them by itself.
pub(crate) fn settled(
    base: Option<&Change>,
    mut events: Vec<ChangeEvent>,
    facts: &ChangeFacts,
) -> Result<Vec<ChangeEvent>, AppError> {
    let mut after = fold(base, &events, facts.now)?;
    if let Some(added) = after.as_ref().or(base).and_then(|c| facts.added(c)) {
        events.push(added);
        after = fold(base, &events, facts.now)?;
        // Whoever is asked for it hears of it with it, not when time next goes on.
        events.extend(after.iter().flat_map(|change| asked(change, facts)));
        after = fold(base, &events, facts.now)?;
    }
    let voted = events.iter().any(|event| matches!(event, ChangeEvent::VoteRecorded(_)));
    if let Some(change) = after.as_ref().filter(|change| voted && change.wants_seconds()) {
        let asked = asked(change, facts);
        events.extend(asked);
        after = fold(base, &events, facts.now)?;
    }
    let automatic = after.as_ref().or(base).map(|c| facts.automatic(c)).unwrap_or_default();
    if !automatic.is_empty() {
        events.extend(automatic);
        after = fold(base, &events, facts.now)?;
    }
    let reviewed = after.as_ref().or(base).map(|c| facts.reviews(c, None)).unwrap_or_default();
    if !reviewed.is_empty() {
        events.extend(reviewed);
        after = fold(base, &events, facts.now)?;
    }
    if let Some(change) = after.as_ref().or(base) {
        let moved = settle(change, &facts.decisions_after(change), facts)?;
        if !moved.is_empty() {
            events.extend(moved);
            after = fold(base, &events, facts.now)?;
        }
    }
    if let Some(change) = after.as_ref().or(base) {
        events.extend(answerers(change, unmet, &facts.live.directory, facts.now));
    }
    Ok(events)
}

impl ChangeFacts {
    /// What the live bundle has people asked for that the record does not, once.
    pub(crate) fn added(&self, change: &Change) -> Option<ChangeEvent> {
        let live = self.evaluation.assessed.as_deref().and_then(Assessed::assessment)?;
        let deployments = &self.evaluation.deployments;
        let witnessed = Witnessed { deployments, now: self.now };
        let added = domain::asking::added(change, live, &self.live.directory, witnessed)?;
        Some(match added {
            ChangeEvent::RequirementsAdded(assessment) => {
                ChangeEvent::RequirementsAdded(assessment.begun(&LivePlaces(&self.live), self.now))
            }
            other => other,
        })
    }

    /// What reviews by stakeholders do now: they begin, run, wait, or end in an approval (M4.3).
    pub(crate) fn reviews(&self, change: &Change, arrivals: Option<&Arrivals>) -> Vec<ChangeEvent> {
        let live = self.evaluation.assessed.as_deref().and_then(Assessed::assessment);
        let all: Vec<&Assessment> = change.assessments().chain(live).collect();
        // Where either can't say, nothing is approved by itself.
        let known = change.assessment.is_some() && live.is_some();
        let assessments = if known { all.as_slice() } else { &[] };
        let deployments = &self.evaluation.deployments;
        let places = LivePlaces(&self.live);
        let facts = LazyFacts {
            assessments,
            directory: &self.live.directory,
            witnessed: Witnessed { deployments, now: self.now },
            places: &places,
            arrivals,
        };
        domain::lazy::next(change, facts)
    }

    /// What rules approve by themselves now that they have not approved yet. Both what was recorded
    /// and what live policy says has to have the rule.
    pub(crate) fn automatic(&self, change: &Change) -> Vec<ChangeEvent> {
        let live = self.evaluation.assessed.as_deref().and_then(Assessed::assessment);
        let (Some(_), Some(live)) = (change.assessment.as_ref(), live) else {
            return Vec::new();
        };
        let deployments = &self.evaluation.deployments;
        let witnessed = Witnessed { deployments, now: self.now };
        let all: Vec<&Assessment> = change.assessments().chain([live]).collect();
        automatic_approvals(change, &all, &self.live.directory, witnessed)
            .into_iter()
            .map(|approval| ChangeEvent::AutomaticallyApproved(Box::new(approval)))
            .collect()
    }
}
