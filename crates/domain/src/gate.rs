//! The gate: one question about one deployment, one verdict with its reasons.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::change::{
    Change, DeploymentOutcome, Digest, Grant, Override, OverrideTerms, State, Window,
};
use crate::decision::{Decision, worst};
use crate::explanation::{Edge, Explanation, Outcome};
use crate::freeze::Freeze;
use crate::ids::{ChangeId, EnvironmentName, OverrideId, QuestionId, ServiceName};
use crate::maintenance::MaintenanceWindow;
use crate::organisation::Directory;
use crate::refusal::Refusal;

mod freezes;
mod maintenance;
mod overriding;
mod witnesses;

pub use witnesses::{WITNESSED_TIER, WitnessLag};

/// May exactly this be deployed, now?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The question.
    pub id: QuestionId,
    /// The change it leans on, if the caller named one or one was found.
    pub change: Option<ChangeId>,
    /// The service.
    pub service: ServiceName,
    /// The environment.
    pub environment: EnvironmentName,
    /// Digests of everything that would be deployed.
    pub artifacts: BTreeSet<Digest>,
    /// Everything that steers the deployment.
    pub parameters: BTreeMap<String, String>,
    /// The plan that would be applied.
    pub plan: Option<Digest>,
    /// Serial of the state the plan was made against.
    pub state_serial: Option<String>,
    /// Who asks.
    pub asked_by: Actor,
}

/// The four answers. Only `Allow` opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Yes, with a grant.
    Allow,
    /// Not yet.
    Pending,
    /// No.
    Deny,
    /// It can't be found out. Not a yes.
    Unknown,
}

impl Answer {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Pending => "pending",
            Self::Deny => "deny",
            Self::Unknown => "unknown",
        }
    }
}

/// An answer with its reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The answer.
    pub answer: Answer,
    /// Stable code of the first reason: `digest_mismatch`, `approval_expired`, `approved`, `override`.
    pub code: String,
    /// One sentence.
    pub summary: String,
    /// Every check and how it came out.
    pub explanation: Explanation,
    /// The override that opens it, when nobody approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub override_id: Option<OverrideId>,
}

/// What an `allow` rests on. Nothing else makes one (I1).
#[derive(Debug, Clone, Copy)]
enum Basis<'a> {
    /// A recorded, complete decision.
    Decision,
    /// A recorded override, which is never called approved.
    Override(&'a Override),
}

impl Verdict {
    /// The verdict that follows from checks: the worst of them decides. Without a basis no set of
    /// checks opens.
    fn from_checks(basis: Option<Basis<'_>>, checks: Vec<Explanation>) -> Self {
        let outcome = match (worst(&checks), basis) {
            (Outcome::Satisfied, None) => Outcome::Unknown,
            (outcome, _) => outcome,
        };
        let answer = match outcome {
            Outcome::Satisfied => Answer::Allow,
            Outcome::Missing => Answer::Pending,
            Outcome::Denied => Answer::Deny,
            Outcome::Unknown | Outcome::NotApplicable | Outcome::Info => Answer::Unknown,
        };
        let culprit = checks.iter().find(|c| c.outcome == outcome).map(deepest);
        let (code, summary) = match (answer, basis, culprit) {
            (Answer::Allow, Some(Basis::Override(_)), _) => {
                ("override".to_owned(), "not approved; opened once by an override".to_owned())
            }
            (Answer::Allow, _, _) => {
                ("approved".to_owned(), "approved for exactly this".to_owned())
            }
            (_, _, Some(node)) => (node.code.clone(), node.title.clone()),
            (_, _, None) => ("nothing_checked".to_owned(), "nothing could be checked".to_owned()),
        };
        let override_id = match (answer, basis) {
            (Answer::Allow, Some(Basis::Override(opened))) => Some(opened.id.clone()),
            _ => None,
        };
        let explanation = Explanation::new(outcome, &code, summary.clone()).children(checks);
        Self { answer, code, summary, explanation, override_id }
    }

    /// A verdict with one reason. It never opens: allow only comes from the full set of checks.
    #[must_use]
    pub fn single(outcome: Outcome, code: &str, title: impl Into<String>) -> Self {
        let outcome = if outcome == Outcome::Satisfied { Outcome::Unknown } else { outcome };
        Self::from_checks(None, vec![Explanation::new(outcome, code, title)])
    }
}

/// The node that says most exactly why: the first child with the same outcome, and so on down.
fn deepest(node: &Explanation) -> &Explanation {
    node.children.iter().find(|c| c.outcome == node.outcome).map_or(node, deepest)
}

/// How a change stands, for the gate.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// How often a failed deployment may be run again.
    pub reruns_after_failure: u32,
    /// How the approvals stand under the policy the revision was submitted under and under the live
    /// one: all must agree, so that stricter policy applies at once and weaker policy only to later
    /// revisions.
    pub decisions: &'a [Decision],
    /// The digest that the material of the current revision was found to have
    /// ([`crate::change::Revision::found_digest`]).
    pub found_digest: Option<&'a Digest>,
    /// Freezes that concern the change and are not over.
    pub freezes: &'a [Freeze],
    /// Maintenance windows of live policy that the change has to keep to.
    pub maintenance: &'a [MaintenanceWindow],
    /// How all items of the change's set stand together. Without it an item of a set is no yes.
    pub joint: Option<&'a Explanation>,
    /// How far the witnesses of the log are behind, where that matters: in the highest tier, when
    /// there are witnesses.
    pub witnesses: Option<WitnessLag>,
    /// On which terms live policy lets this be overridden, if at all.
    pub override_terms: Option<&'a OverrideTerms>,
    /// The organisation as of now.
    pub directory: &'a Directory,
}

/// Answers a question about a change that was found.
#[must_use]
pub fn answer(
    question: &Question,
    change: &Change,
    standing: Standing<'_>,
    now: Timestamp,
) -> Verdict {
    let state = check_state(change, standing.reruns_after_failure, now);
    let decisions = standing.decisions;
    let decided = !decisions.is_empty() && decisions.iter().all(|d| d.approved);
    let approved = decided && state.outcome == Outcome::Satisfied;
    let opened = change.live_override(now).filter(|_| !approved);
    let basis = match opened {
        Some(opened) => Some(Basis::Override(opened)),
        None => decided.then_some(Basis::Decision),
    };
    let mut checks = match opened {
        Some(opened) => overriding::checks(change, opened, state, standing, now),
        None => vec![state],
    };
    checks.extend([
        check_holds(change),
        check_target(question, change),
        check_artifacts(question, change),
        check_parameters(question, change),
        check_plan(question, change),
        freezes::check(change, standing, now),
        maintenance::check(standing.maintenance, now),
        check_window(change.revision().material.window.as_ref(), now),
        check_intact(change, standing.found_digest),
    ]);
    checks.extend(standing.witnesses.map(|lag| witnesses::check(lag, now)));
    if decisions.is_empty() {
        checks.push(Explanation::new(
            Outcome::Unknown,
            "not_assessed",
            "policy has not said yet who must approve",
        ));
    } else if opened.is_none() {
        checks.extend(decisions.iter().map(|d| d.explanation.clone()));
    }
    checks.extend(check_set(change, standing.joint, opened.is_some()));
    Verdict::from_checks(basis, checks)
}

fn satisfied(code: &str, title: &str) -> Explanation {
    Explanation::new(Outcome::Satisfied, code, title)
}

fn denied(code: &str, title: impl Into<String>) -> Explanation {
    Explanation::new(Outcome::Denied, code, title)
}

fn check_state(change: &Change, reruns_allowed: u32, now: Timestamp) -> Explanation {
    let expired =
        |at: Timestamp| denied("approval_expired", format!("the approval expired at {at:.0}"));
    let until = |at: Timestamp, mut node: Explanation| {
        node.next = Some(Edge { at, what: "the approval expires".to_owned() });
        node
    };
    match &change.state {
        State::Draft => {
            Explanation::new(Outcome::Missing, "not_submitted", "it was not submitted yet")
        }
        State::Assessing => Explanation::new(
            Outcome::Unknown,
            "not_assessed",
            "policy could not say yet who must approve",
        ),
        State::AwaitingApproval { expires_at, .. } if now >= *expires_at => {
            denied("expired", format!("nobody decided until {expires_at:.0}"))
        }
        State::AwaitingApproval { expires_at, .. } => {
            let mut node =
                Explanation::new(Outcome::Missing, "awaiting_approval", "it waits for approval");
            node.next = Some(Edge { at: *expires_at, what: "the request expires".to_owned() });
            node
        }
        State::Approved { valid_until, .. } if now >= *valid_until => expired(*valid_until),
        State::Approved { valid_until, .. } => {
            until(*valid_until, satisfied("state", "it is approved"))
        }
        State::Implementing { .. } => {
            denied("already_consumed", "its deployment has begun and has not ended")
        }
        State::Completed { valid_until, outcome, .. } => {
            check_rerun(change, reruns_allowed, *outcome, *valid_until, now)
        }
        State::Superseded { by, .. } => denied("superseded", format!("change {by} took its place")),
        State::Expired { at } => denied("approval_expired", format!("it expired at {at:.0}")),
        State::Rejected { .. } => denied("rejected", "it was rejected"),
        State::Cancelled { .. } => denied("cancelled", "it was withdrawn"),
        State::Closed { .. } => denied("closed", "it is closed"),
    }
}

/// A re-run is a new redemption under a stated rule: so many after a failure, while approved.
fn check_rerun(
    change: &Change,
    reruns_allowed: u32,
    outcome: DeploymentOutcome,
    valid_until: Timestamp,
    now: Timestamp,
) -> Explanation {
    if change.deployments.last().is_some_and(|d| d.override_id.is_some()) {
        return denied("already_consumed", "the override was used, and an override opens once");
    }
    let reruns = change.deployments.len().saturating_sub(1);
    if !outcome.is_failure() {
        return denied("already_consumed", "it was deployed already");
    }
    if reruns >= reruns_allowed as usize {
        return denied(
            "already_consumed",
            format!("it failed, and policy allows {reruns_allowed} re-runs"),
        );
    }
    if now >= valid_until {
        return denied("approval_expired", format!("the approval expired at {valid_until:.0}"));
    }
    let mut node = satisfied("rerun", "the last deployment failed, and policy allows a re-run");
    node.next = Some(Edge { at: valid_until, what: "the approval expires".to_owned() });
    node
}

/// An item of a set passes with all of them or not at all. An override passes over their approvals
/// too, and shows them.
fn check_set(
    change: &Change,
    joint: Option<&Explanation>,
    overridden: bool,
) -> Option<Explanation> {
    change.set.as_ref()?;
    let unread = || {
        let title = "the other items of its change set were not looked at";
        Explanation::new(Outcome::Unknown, "set_not_read", title)
    };
    let mut node = joint.cloned().unwrap_or_else(unread);
    if overridden && joint.is_some() {
        node.outcome = Outcome::Info;
    }
    Some(node)
}

fn check_holds(change: &Change) -> Explanation {
    if change.is_held() {
        let who: Vec<_> = change.holds.iter().map(|h| h.by.to_string()).collect();
        denied("held", format!("it is on hold by {}", who.join(", ")))
    } else {
        satisfied("no_hold", "nothing holds it")
    }
}

fn check_target(question: &Question, change: &Change) -> Explanation {
    let material = &change.revision().material;
    if question.service == material.service && question.environment == material.environment {
        satisfied("target", "the target is the approved one")
    } else {
        denied("target_mismatch", "the target is not the approved one").detail(format!(
            "approved: {} in {}; asked: {} in {}",
            material.service, material.environment, question.service, question.environment
        ))
    }
}

fn check_artifacts(question: &Question, change: &Change) -> Explanation {
    let approved = change.revision().material.digests();
    let asked: BTreeSet<&Digest> = question.artifacts.iter().collect();
    if asked == approved {
        return satisfied("artifacts", "exactly the approved artifacts");
    }
    let list = |digests: BTreeSet<&Digest>| {
        let texts: Vec<_> = digests.iter().map(|d| d.as_str()).collect();
        if texts.is_empty() { "none".to_owned() } else { texts.join(", ") }
    };
    denied("digest_mismatch", "the artifacts are not the approved ones").detail(format!(
        "approved: {}; asked: {}",
        list(approved),
        list(asked)
    ))
}

fn check_parameters(question: &Question, change: &Change) -> Explanation {
    let approved = &change.revision().material.parameters;
    let differs: Vec<&str> = approved
        .keys()
        .chain(question.parameters.keys())
        .filter(|key| approved.get(*key) != question.parameters.get(*key))
        .map(String::as_str)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    if differs.is_empty() {
        satisfied("parameters", "exactly the approved parameters")
    } else {
        denied("parameters_mismatch", "parameters are not the approved ones")
            .detail(format!("these differ: {}", differs.join(", ")))
    }
}

fn check_plan(question: &Question, change: &Change) -> Explanation {
    let approved = change.revision().material.plan.as_ref();
    let same = match approved {
        None => question.plan.is_none(),
        Some(plan) => {
            question.plan.as_ref() == Some(&plan.hash) && question.state_serial == plan.state_serial
        }
    };
    if same {
        satisfied("plan", "the plan is the approved one")
    } else {
        denied("plan_mismatch", "the plan or the state it was made against is not the approved one")
            .detail("plan again and ask for a new revision")
    }
}

fn check_window(window: Option<&Window>, now: Timestamp) -> Explanation {
    match window {
        None => satisfied("window", "no window restricts it"),
        Some(w) if now < w.from => {
            let mut node = Explanation::new(
                Outcome::Missing,
                "window_not_open",
                format!("its window opens at {:.0}", w.from),
            );
            node.next = Some(Edge { at: w.from, what: "the window opens".to_owned() });
            node
        }
        Some(w) if now >= w.until => {
            denied("window_closed", format!("its window closed at {:.0}", w.until))
        }
        Some(w) => {
            let mut node = satisfied("window", "its window is open");
            node.next = Some(Edge { at: w.until, what: "the window closes".to_owned() });
            node
        }
    }
}

fn check_intact(change: &Change, found: Option<&Digest>) -> Explanation {
    if found == Some(&change.revision().digest) {
        satisfied("digest", "the revision is what was decided on")
    } else {
        Explanation::new(
            Outcome::Unknown,
            "revision_damaged",
            "the stored revision does not match its digest",
        )
    }
}

impl Change {
    /// Checks that a grant can be redeemed by an actor now. The caller re-evaluates the question as
    /// well: a grant alone opens nothing.
    ///
    /// # Errors
    /// It is for another revision, was used, expired, or somebody else asks.
    pub fn check_redeemable(
        &self,
        grant: &Grant,
        by: &Actor,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if let Some(used) = self.deployments.iter().find(|d| d.grant == grant.id) {
            return Err(Refusal::AlreadyConsumed { at: used.began_at });
        }
        if grant.revision_digest != self.revision().digest {
            return Err(Refusal::StaleRevision {
                expected: grant.revision,
                current: self.revision().number,
            });
        }
        if now >= grant.expires_at {
            return Err(Refusal::Expired { at: grant.expires_at });
        }
        if grant.asked_by.principal() != by.principal() {
            return Err(Refusal::NotEntitled {
                action: "redeem this grant",
                who: "the principal it was given to",
            });
        }
        Ok(())
    }
}

impl Grant {
    /// The question this grant answers, for asking again at redemption.
    #[must_use]
    pub fn question(&self, id: QuestionId, asked_by: Actor) -> Question {
        Question {
            id,
            change: Some(self.change.clone()),
            service: self.service.clone(),
            environment: self.environment.clone(),
            artifacts: self.artifacts.iter().map(|a| a.digest.clone()).collect(),
            parameters: self.parameters.clone(),
            plan: self.plan.as_ref().map(|p| p.hash.clone()),
            state_serial: self.plan.as_ref().and_then(|p| p.state_serial.clone()),
            asked_by,
        }
    }
}
