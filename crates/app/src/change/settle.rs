//! Keeping the recorded state in step with what the votes say.

use std::collections::BTreeMap;

use domain::asking::{AskingFacts, next};
use domain::change::{Assessment, Change, ChangeEvent, State};
use domain::decision::{Decision, Witnessed, automatic_approvals};
use domain::explanation::Outcome;
use domain::lazy::{Arrivals, LazyFacts};
use policy::Assessed;

use crate::AppError;
use crate::asking::LivePlaces;
use crate::facts::ChangeFacts;
use crate::journal::fold;

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
        let (places, load) = (LivePlaces(&facts.live), BTreeMap::new());
        let directory = &facts.live.directory;
        let known = AskingFacts { directory, places: &places, load: &load };
        events.extend(next(&waits, known, facts.now).events);
    }
    Ok(events)
}

fn moved(change: &Change, decisions: &[Decision], facts: &ChangeFacts) -> Option<ChangeEvent> {
    let approved = !decisions.is_empty() && decisions.iter().all(|d| d.approved);
    let revision = change.revision().number;
    match &change.state {
        State::AwaitingApproval { expires_at, .. } if approved && facts.now < *expires_at => {
            let counted = decisions.iter().flat_map(|d| d.counted.clone()).collect();
            Some(ChangeEvent::ChangeApproved { revision, policy: facts.policy_digest(), counted })
        }
        State::Approved { .. } if !approved => {
            let reasons = decisions
                .iter()
                .filter(|d| !d.approved)
                .flat_map(|d| d.explanation.walk())
                .filter(|n| n.children.is_empty() && n.outcome != Outcome::Satisfied)
                .map(|n| n.code.clone())
                .collect();
            Some(ChangeEvent::ApprovalLapsed { revision, reasons })
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
        events.extend(settle(change, &facts.decisions_after(change), facts)?);
    }
    Ok(events)
}

impl ChangeFacts {
    /// What reviews by stakeholders do now: they begin, run, wait, or end in an approval (M4.3).
    pub(crate) fn reviews(&self, change: &Change, arrivals: Option<&Arrivals>) -> Vec<ChangeEvent> {
        let live = self.evaluation.assessed.as_deref().and_then(Assessed::assessment);
        let both: Vec<&Assessment> =
            [change.assessment.as_ref(), live].into_iter().flatten().collect();
        // Where either can't say, nothing is approved by itself.
        let assessments = if both.len() == 2 { both.as_slice() } else { &[] };
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
        let (Some(recorded), Some(live)) = (change.assessment.as_ref(), live) else {
            return Vec::new();
        };
        let deployments = &self.evaluation.deployments;
        let witnessed = Witnessed { deployments, now: self.now };
        let both = [recorded, live];
        automatic_approvals(change, &both, &self.live.directory, witnessed)
            .into_iter()
            .map(|approval| ChangeEvent::AutomaticallyApproved(Box::new(approval)))
            .collect()
    }
}
