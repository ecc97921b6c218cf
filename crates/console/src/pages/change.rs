//! One change: what will be deployed, how risky it is, who must agree and why, and everything that happened.

use askama::Template;

use super::calendar::FreezeOnChange;
use super::change_overrides::{Override, OverrideForm};
use super::change_record::{Deployment, Grant, Revision, TimelineEntry, Vote};
use crate::filters;
use crate::view::{
    Badge, ChangeState, Choice, Decision, Digest, FormErrors, Icon, Layout, Link, Moment, NextStep,
    Node, RiskLevel, Tone, Who,
};

/// The page of a change, at `/changes/{number}`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/change.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// What it is.
    pub header: Header,
    /// What the gate would say now.
    pub gate: GateStatus,
    /// What will be deployed.
    pub deploys: WillDeploy,
    /// How risky it is.
    pub risk: Risk,
    /// One sentence over the tree, e.g. "2 of 3 requirements are met".
    pub why_summary: String,
    /// The explanation tree's roots.
    pub why: Vec<Node>,
    /// All votes, newest first.
    pub votes: Vec<Vote>,
    /// The vote form, or why the reader can't vote.
    pub ballot: Ballot,
    /// What else the reader can do.
    pub actions: Actions,
    /// Revisions, newest first.
    pub revisions: Vec<Revision>,
    /// Grants, newest first.
    pub grants: Vec<Grant>,
    /// Deployments, newest first.
    pub deployments: Vec<Deployment>,
    /// What happened, newest first.
    pub timeline: Vec<TimelineEntry>,
    /// The rest of the timeline, when it isn't all here.
    pub timeline_more: Option<Link>,
    /// Downloads: receipt as JSON, tlog-proof, the record.
    pub downloads: Vec<Link>,
}

/// What a change is.
#[derive(Debug, Clone, Default)]
pub struct Header {
    /// `CHG-1042`.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Its state.
    pub state: ChangeState,
    /// Standard, normal or emergency.
    pub change_type: String,
    /// The template it was made from, with its version.
    pub template: Option<String>,
    /// The current revision.
    pub revision: u32,
    /// The set it is an item of.
    pub set: Option<Link>,
    /// The service.
    pub service: Link,
    /// The environment's name.
    pub environment: String,
    /// Its tier, e.g. `T3`.
    pub tier: String,
    /// Who asked.
    pub requester: Who,
    /// Who wrote what is deployed.
    pub authors: Vec<Who>,
    /// When it was made.
    pub created: Moment,
    /// When anything last happened.
    pub updated: Moment,
    /// What is done.
    pub description: String,
    /// Why it should be done.
    pub reason: String,
    /// Holds that stand.
    pub holds: Vec<Hold>,
    /// Overrides, newest first. None of them is an approval.
    pub overrides: Vec<Override>,
    /// Freezes in force and ahead that concern it.
    pub freezes: Vec<FreezeOnChange>,
    /// When it can start at the soonest.
    pub schedule: Option<ScheduleView>,
    /// Other changes planned in its window that get in its way.
    pub conflicts: Vec<ConflictView>,
}

/// Another change in the way.
#[derive(Debug, Clone, Default)]
pub struct ConflictView {
    /// The other change.
    pub change: Link,
    /// Why.
    pub why: String,
    /// When the time begins that both have.
    pub from: Moment,
    /// When it ends.
    pub until: Moment,
}

/// When a change can start at the soonest.
#[derive(Debug, Clone, Default)]
pub struct ScheduleView {
    /// The earliest safe start; `None` when there is none.
    pub earliest: Option<Moment>,
    /// Why it can't be met as planned.
    pub trouble: Option<String>,
    /// What it waits for.
    pub bounds: Vec<ScheduleBound>,
}

/// Something a start waits for.
#[derive(Debug, Clone, Default)]
pub struct ScheduleBound {
    /// What, without the time.
    pub what: String,
    /// Not before; `None` is never.
    pub at: Option<Moment>,
    /// The same by the clock of who answers, e.g. "Tue 10:00 in America/Sao Paulo".
    pub there: String,
}

/// A hold that stands. Releasing posts to `/changes/{number}/holds/{id}/release`.
#[derive(Debug, Clone, Default)]
pub struct Hold {
    /// Its id.
    pub id: String,
    /// Who holds.
    pub by: Who,
    /// Since when.
    pub since: Moment,
    /// Why.
    pub reason: String,
    /// Whether the reader may release it.
    pub can_release: bool,
}

/// What the gate would answer now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words are those of the gate's verdicts")]
pub enum Verdict {
    Allow,
    #[default]
    Pending,
    Deny,
    Unknown,
    /// It opens, and nobody approved.
    Overridden,
}

impl Verdict {
    /// The verdict as a badge.
    #[must_use]
    pub fn badge(self) -> Badge {
        let (tone, icon, word) = match self {
            Self::Allow => (Tone::Good, Icon::Check, "Gate open"),
            Self::Overridden => (Tone::Bad, Icon::Alert, "Overridden, not approved"),
            Self::Pending => (Tone::Warn, Icon::Clock, "Gate waits"),
            Self::Deny => (Tone::Bad, Icon::Stop, "Gate closed"),
            Self::Unknown => (Tone::Warn, Icon::Question, "Gate can't tell"),
        };
        Badge::new(tone, icon, word)
    }
}

/// What the gate would answer now, and when that changes next.
#[derive(Debug, Clone, Default)]
pub struct GateStatus {
    /// The answer.
    pub verdict: Verdict,
    /// Why, in a sentence.
    pub summary: String,
    /// "Enforce" or "Observe", in words; empty to say nothing.
    pub mode: String,
    /// The next edge: what happens, e.g. "window opens".
    pub next_edge: String,
    /// When it happens.
    pub next_edge_at: Option<Moment>,
}

/// What will be deployed.
#[derive(Debug, Clone, Default)]
pub struct WillDeploy {
    /// The artifacts.
    pub artifacts: Vec<Artifact>,
    /// The parameters, name and value.
    pub parameters: Vec<(String, String)>,
    /// The version that whoever asked declares; empty: none.
    pub version: String,
    /// Paths in the source that whoever asked declares; empty: not known.
    pub paths: Vec<String>,
    /// The digest of a plan.
    pub plan_hash: Option<Digest>,
    /// The revision's own digest, over all of this.
    pub revision_digest: Digest,
    /// When the window opens and closes.
    pub window: Option<(Moment, Moment)>,
    /// What was attested about it.
    pub evidence: Vec<Evidence>,
}

/// An artifact by digest.
#[derive(Debug, Clone, Default)]
pub struct Artifact {
    /// Its name.
    pub name: String,
    /// Its digest.
    pub digest: Digest,
}

/// How far a piece of evidence can be relied on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EvidenceState {
    /// It counts.
    Valid,
    /// It is too old.
    Stale,
    /// Its source isn't trusted for this.
    #[default]
    Untrusted,
    /// It is about another artifact.
    OtherArtifact,
    /// It says that something failed.
    Failed,
}

impl EvidenceState {
    /// The state as a badge.
    #[must_use]
    pub fn badge(self) -> Badge {
        let (tone, icon, word) = match self {
            Self::Valid => (Tone::Good, Icon::Check, "Valid"),
            Self::Stale => (Tone::Warn, Icon::Clock, "Stale"),
            Self::Untrusted => (Tone::Warn, Icon::Question, "Untrusted"),
            Self::OtherArtifact => (Tone::Bad, Icon::Cross, "Other artifact"),
            Self::Failed => (Tone::Bad, Icon::Cross, "Failed"),
        };
        Badge::new(tone, icon, word)
    }
}

/// A piece of evidence.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// What it shows, e.g. "unit tests".
    pub kind: String,
    /// What it says, e.g. "412 passed".
    pub summary: String,
    /// Who attested it.
    pub by: Who,
    /// When.
    pub at: Moment,
    /// How far it can be relied on.
    pub state: EvidenceState,
    /// Why, if it isn't valid.
    pub why: String,
    /// Where to read more.
    pub link: Option<Link>,
}

/// How risky a change is.
#[derive(Debug, Clone, Default)]
pub struct Risk {
    /// The level.
    pub level: RiskLevel,
    /// The approval level policy derives, e.g. "CAB".
    pub approval_level: String,
    /// The score.
    pub score: i64,
    /// The score at which the next level starts.
    pub next_level_at: Option<i64>,
    /// E.g. "high".
    pub impact: String,
    /// E.g. "low".
    pub urgency: String,
    /// E.g. "medium".
    pub complexity: String,
    /// Points from the matrix.
    pub matrix_points: i64,
    /// Every factor.
    pub factors: Vec<Factor>,
}

/// One factor of the score.
#[derive(Debug, Clone, Default)]
pub struct Factor {
    /// Its name.
    pub name: String,
    /// Its points; zero if it did not count.
    pub points: i64,
    /// Why, with the value it saw, e.g. "labels include pci".
    pub reason: String,
    /// Where it is written.
    pub source: Option<Link>,
}

impl Factor {
    /// The points with their sign.
    #[must_use]
    pub fn points_text(&self) -> String {
        if self.points > 0 { format!("+{}", self.points) } else { self.points.to_string() }
    }
}

/// Whether the reader can vote.
#[derive(Debug, Clone, Default)]
pub enum Ballot {
    /// Nothing to vote on in this state.
    #[default]
    None,
    /// They can.
    Open(BallotForm),
    /// They can't.
    Closed(BallotClosed),
}

/// The vote form. Posts `decision`, `justification`, `expected_revision`, `idempotency_key` to
/// `/changes/{number}/votes`.
#[derive(Debug, Clone, Default)]
pub struct BallotForm {
    /// The revision the reader sees; sent as `expected_revision`.
    pub expected_revision: String,
    /// Sent as `idempotency_key`.
    pub idempotency_key: String,
    /// Whose right the vote uses, when there is a choice or it is another's; sent as `on_behalf_of`.
    pub whose_right: Vec<Choice>,
    /// What an approval will count as, e.g. "service owner of checkout, for rule two-owners".
    pub counts_as: Vec<String>,
    /// The meaning of an approval, e.g. "I reviewed the code and accept the risk".
    pub meaning: String,
    /// What an approval asks of how the reader signed in, with the page to prove it on.
    pub step_up: Option<NextStep>,
    /// Whether a justification must be given.
    pub justification_required: bool,
    /// What was chosen before.
    pub decision: Option<Decision>,
    /// What was typed before.
    pub justification: String,
    /// Their earlier vote on this revision, which a new one replaces.
    pub replaces: Option<Decision>,
    /// Fields `decision`, `justification`.
    pub errors: FormErrors,
}

impl BallotForm {
    /// Whether the decision was chosen before.
    #[must_use]
    pub fn is_chosen(&self, decision: Decision) -> bool {
        self.decision == Some(decision)
    }
}

/// Why the reader can't vote.
#[derive(Debug, Clone, Default)]
pub struct BallotClosed {
    /// Every reason.
    pub reasons: Vec<String>,
    /// What they can do.
    pub next: Vec<NextStep>,
}

/// What else the reader can do here.
#[derive(Debug, Clone, Default)]
pub struct Actions {
    /// Hold: posts `reason` and `idempotency_key` to `/changes/{number}/holds`.
    pub can_hold: bool,
    /// Object to what a rule does by itself: posts `reason`, which may be empty, and
    /// `idempotency_key` to `/changes/{number}/objections`.
    pub can_object: bool,
    /// Withdraw: posts `reason` and `idempotency_key` to `/changes/{number}/withdraw`.
    pub can_withdraw: bool,
    /// New revision: a link to `/changes/{number}/revise`.
    pub can_revise: bool,
    /// Replace it by a new change: a link to `/changes/new?replaces={number}`.
    pub can_replace: bool,
    /// Submit a draft: posts `expected_revision` to `/changes/{number}/submission`.
    pub submit: Option<String>,
    /// Close after a review: posts `review` to `/changes/{number}/closure`.
    pub can_close: bool,
    /// Override the approvals of an emergency, if the reader may.
    pub override_form: Option<OverrideForm>,
    /// Why they can't, or not yet, though their role could.
    pub no_override: Option<String>,
    /// Sent as `idempotency_key` by the hold form.
    pub hold_key: String,
    /// Sent as `idempotency_key` by the objection form.
    pub object_key: String,
    /// Sent as `idempotency_key` by the withdraw form.
    pub withdraw_key: String,
}

impl Actions {
    /// Whether there is anything to offer besides submitting.
    #[must_use]
    pub fn any_other(&self) -> bool {
        self.override_form.is_some()
            || self.no_override.is_some()
            || self.can_hold
            || self.can_object
            || self.can_withdraw
            || self.can_revise
            || self.can_replace
            || self.can_close
    }
}
