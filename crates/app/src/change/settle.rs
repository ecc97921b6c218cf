//! Keeping the recorded state in step with what the votes say.

use domain::change::{Change, ChangeEvent, State};
use domain::decision::{Decision, Witnessed, automatic_approvals};
use domain::explanation::Outcome;
use policy::Assessed;

use crate::AppError;
use crate::facts::ChangeFacts;
use crate::journal::fold;

/// The event that follows when the votes say something else than the state: approved now, or not
/// approved any more.
pub(crate) fn settle(
    change: &Change,
    decisions: &[Decision],
    facts: &ChangeFacts,
) -> Option<ChangeEvent> {
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
    if let Some(change) = after.as_ref().or(base) {
        events.extend(settle(change, &facts.decisions_after(change), facts));
    }
    Ok(events)
}

impl ChangeFacts {
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
