//! Changes: the request, the record, and the row of a list.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::assessment::{AddedRequirements, Assessment};
use crate::automation::{AutomaticApproval, Objection, Review};
use crate::change_sets::ChangeSetRef;
use crate::deployments::{Deployment, DeploymentOutcome};
use crate::explanation::{Edge, Explanation, Missing};
use crate::freezes::{Freeze, FreezeException};
use crate::grants::Grant;
use crate::material::{
    Artifact, ChangeKind, Contributor, Evidence, EvidenceRequest, Level, Plan, Source, TemplateRef,
    Window,
};
use crate::overrides::Override;
use crate::people::Principal;
use crate::schedule::{ChangeConflict, Schedule};
use crate::time::Time;
use crate::votes::{Decision, Vote, WhyNot};

/// Asks to put exact artifacts into an environment of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeRequest {
    /// One line.
    #[schema(min_length = 1, max_length = 200, example = "Release checkout 4.12.0")]
    pub title: String,
    /// What it does.
    #[serde(default)]
    #[schema(max_length = 10000)]
    pub description: String,
    /// Why it is needed.
    #[serde(default)]
    #[schema(max_length = 10000)]
    pub reason: String,
    /// What changes for people, in plain words; for those who decide and don't work in IT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4000)]
    pub plain_summary: Option<String>,
    /// Standard, normal or emergency.
    #[serde(default)]
    pub kind: ChangeKind,
    /// Name of the template of a standard change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// The service.
    #[schema(example = "checkout")]
    pub service: String,
    /// The environment.
    #[schema(example = "production")]
    pub environment: String,
    /// What would be deployed. At least one, or a plan.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub artifacts: Vec<Artifact>,
    /// Parameters, feature flags, values: all that steers the deployment.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// The plan that would be applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// What machines say about the artifacts. The caller is its issuer.
    #[serde(default)]
    pub evidence: Vec<EvidenceRequest>,
    /// When it may begin; any time when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// Everybody who had a hand in it. They can't approve it.
    #[serde(default)]
    pub contributors: Vec<Contributor>,
    /// Where the artifacts were built from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// How many would notice a failure; medium when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impact: Option<Level>,
    /// How soon it is needed; medium when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency: Option<Level>,
    /// How hard it is to do and to undo; medium when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complexity: Option<Level>,
    /// The incident an emergency answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<String>,
    /// Further attributes for policy.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// The version that would be in place, as you declare it. Policy compares it with the one last
    /// deployed here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100, example = "4.12.0")]
    pub version: Option<String>,
    /// Paths in the source that the change touches, as you declare them. Left out, policy takes them as
    /// unknown, never as none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 1000, example = json!(["docs/guide.md"]))]
    pub paths: Vec<String>,
    /// Id or number of the change that this one takes the place of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<String>,
    /// Whether to hand it in at once; otherwise it stays a draft.
    #[serde(default = "yes")]
    pub submit: bool,
}

const fn yes() -> bool {
    true
}

impl ChangeRequest {
    /// A normal change with a title and a target, and nothing else yet.
    #[must_use]
    pub fn new(title: &str, service: &str, environment: &str) -> Self {
        Self {
            title: title.to_owned(),
            description: String::new(),
            reason: String::new(),
            plain_summary: None,
            kind: ChangeKind::Normal,
            template: None,
            service: service.to_owned(),
            environment: environment.to_owned(),
            artifacts: Vec::new(),
            parameters: BTreeMap::new(),
            plan: None,
            evidence: Vec::new(),
            window: None,
            contributors: Vec::new(),
            source: None,
            impact: None,
            urgency: None,
            complexity: None,
            incident: None,
            attributes: BTreeMap::new(),
            version: None,
            paths: Vec::new(),
            supersedes: None,
            submit: true,
        }
    }
}

/// A new revision: voids all votes on earlier ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevisionRequest {
    /// The revision the editor saw; another current one refuses the edit.
    #[schema(minimum = 1, example = 1)]
    pub expected_revision: u32,
    /// What the change would do from now on, whole. `supersedes` must be left out.
    pub change: ChangeRequest,
}

/// Hands a draft in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmissionRequest {
    /// The revision the requester saw.
    #[schema(minimum = 1, example = 1)]
    pub expected_revision: u32,
}

/// Why something is held, released, withdrawn, activated or declined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonRequest {
    /// Why.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

/// Closes a change with its review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosureRequest {
    /// What the review found.
    #[schema(min_length = 1, max_length = 4000)]
    pub review: String,
}

/// Which changes. All conditions together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ChangesQuery {
    /// State; several with commas.
    #[param(example = "awaiting_approval,approved")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// `standard`, `normal` or `emergency`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Risk level, as policy names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk_level: Option<String>,
    /// Person or service account id, or `me`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requester: Option<String>,
    /// Words of the title, number, service or requester.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Items per page.
    #[param(minimum = 1, maximum = 200, example = 50)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Where a change stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Being written; nobody is asked yet.
    Draft,
    /// Handed in, but policy could not say yet what it needs.
    Assessing,
    /// Waiting for votes.
    AwaitingApproval,
    /// Decided; may be deployed, if the gate agrees at that time.
    Approved,
    /// A grant was redeemed; the deployment runs.
    Implementing,
    /// The deployment ended.
    Completed,
    /// Reviewed and closed.
    Closed,
    /// Somebody entitled said no.
    Rejected,
    /// Withdrawn by those who asked for it.
    Cancelled,
    /// Nobody decided, or nobody deployed, in time.
    Expired,
    /// Another change took its place.
    Superseded,
}

impl State {
    /// The words for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Assessing => "assessing",
            Self::AwaitingApproval => "awaiting approval",
            Self::Approved => "approved",
            Self::Implementing => "implementing",
            Self::Completed => "completed",
            Self::Closed => "closed",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Superseded => "superseded",
        }
    }
}

/// A change, by id, number and page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangeRef {
    /// The change.
    #[schema(example = "chg_01jd3k9q7h2v5n8m4c6b0tzxrw")]
    pub id: String,
    /// The number people use.
    #[schema(example = "CHG-1042")]
    pub number: String,
    /// Path of its page in the console.
    #[schema(example = "/changes/CHG-1042")]
    pub url: String,
}

/// A change in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangeSummary {
    /// The change.
    pub id: String,
    /// The number people use.
    pub number: String,
    /// Path of its page in the console.
    pub url: String,
    /// Its title.
    pub title: String,
    /// The service.
    pub service: String,
    /// The service's domain.
    pub domain: Option<String>,
    /// The environment.
    pub environment: String,
    /// Tier of the environment, 0 to 4.
    pub tier: u8,
    /// Standard, normal or emergency.
    pub kind: ChangeKind,
    /// Where it stands.
    pub state: State,
    /// Whether anything holds it.
    pub held: bool,
    /// Risk score, once assessed.
    pub risk_score: Option<i64>,
    /// Risk level, once assessed.
    pub risk_level: Option<String>,
    /// Who asked.
    pub requester: Principal,
    /// Requirements that still miss somebody.
    pub missing: u32,
    /// When it was made.
    pub created_at: Time,
    /// When anything last happened.
    pub updated_at: Time,
    /// When the next thing about it is due.
    pub due_at: Option<Time>,
    /// Why its plan can't be met, and what would have to give; null where it can be or nothing is planned.
    #[serde(default)]
    pub plan_problem: Option<String>,
    /// Numbers of open changes beside it in this answer that would put the same artifacts into the same
    /// environment of the same service.
    #[serde(default)]
    pub duplicates: Vec<String>,
}

/// The change record: what it would do, what it needs, who decided, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// The change.
    pub id: String,
    /// The number people use.
    pub number: String,
    /// Path of its page in the console.
    pub url: String,
    /// Who asked.
    pub requester: Principal,
    /// When it was made.
    pub created_at: Time,
    /// When anything last happened.
    pub updated_at: Time,
    /// Where it stands.
    pub state: State,
    /// When it expires undecided, while it waits for approval.
    pub expires_at: Option<Time>,
    /// Until when the approval stands, once approved.
    pub valid_until: Option<Time>,
    /// How the deployment ended, once completed.
    pub outcome: Option<DeploymentOutcome>,
    /// Id of the change that took its place, once superseded.
    pub superseded_by: Option<String>,
    /// Whether anything holds it.
    pub held: bool,
    /// The current revision, whole.
    pub revision: Revision,
    /// All revisions, oldest first.
    pub revisions: Vec<RevisionSummary>,
    /// What policy asked for; null until it could say.
    pub assessment: Option<Assessment>,
    /// What bundles that went live since ask for beyond that, oldest first. It is to be answered too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<AddedRequirements>,
    /// All votes, oldest first.
    pub votes: Vec<Vote>,
    /// Holds in force.
    pub holds: Vec<Hold>,
    /// Freezes in force and ahead that concern it.
    #[serde(default)]
    pub freezes: Vec<Freeze>,
    /// When it can start at the soonest; null once it was deployed or is over.
    #[serde(default)]
    pub schedule: Option<Schedule>,
    /// Other changes planned in its window that get in its way.
    #[serde(default)]
    pub conflicts: Vec<ChangeConflict>,
    /// Exceptions asked for on the current revision.
    #[serde(default)]
    pub exceptions: Vec<FreezeException>,
    /// What rules approved by themselves, oldest first: no vote of anybody.
    #[serde(default)]
    pub automatic_approvals: Vec<AutomaticApproval>,
    /// Reviews of the current revision at whose end a rule approves, unless somebody objects.
    #[serde(default)]
    pub reviews: Vec<Review>,
    /// Objections to what rules do by themselves, on any revision.
    #[serde(default)]
    pub objections: Vec<Objection>,
    /// Overrides, oldest first. None of them is an approval.
    #[serde(default)]
    pub overrides: Vec<Override>,
    /// Grants, oldest first.
    pub grants: Vec<Grant>,
    /// Deployments, oldest first.
    pub deployments: Vec<Deployment>,
    /// How the approvals stand now: every requirement, met or not, and why.
    pub explanation: Explanation,
    /// Who is still needed.
    pub missing: Vec<Missing>,
    /// When anything about it may change by itself.
    pub next_edge: Option<Edge>,
    /// The set it is an item of; it passes the gate with all of them or not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<ChangeSetRef>,
    /// What the caller can do with it.
    pub you: You,
}

/// One immutable version of what a change would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Revision {
    /// From 1.
    pub number: u32,
    /// SHA-256 over every field below, as decided on.
    pub digest: String,
    /// Who made it.
    pub by: Principal,
    /// When.
    pub at: Time,
    /// One line.
    pub title: String,
    /// What it does.
    pub description: String,
    /// Why it is needed.
    pub reason: String,
    /// What changes for people, in plain words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plain_summary: Option<String>,
    /// Standard, normal or emergency.
    pub kind: ChangeKind,
    /// The template of a standard change.
    pub template: Option<TemplateRef>,
    /// The service.
    pub service: String,
    /// The environment.
    pub environment: String,
    /// What would be deployed.
    pub artifacts: Vec<Artifact>,
    /// All that steers the deployment.
    pub parameters: BTreeMap<String, String>,
    /// The plan that would be applied.
    pub plan: Option<Plan>,
    /// What machines say about the artifacts.
    pub evidence: Vec<Evidence>,
    /// When it may begin; null is any time.
    pub window: Option<Window>,
    /// Everybody who had a hand in it.
    pub contributors: Vec<Contributor>,
    /// Where the artifacts were built from.
    pub source: Option<Source>,
    /// How many would notice a failure.
    pub impact: Level,
    /// How soon it is needed.
    pub urgency: Level,
    /// How hard it is to do and to undo.
    pub complexity: Level,
    /// The incident an emergency answers.
    pub incident: Option<String>,
    /// Further attributes for policy.
    pub attributes: BTreeMap<String, String>,
    /// The version that would be in place, as declared by whoever asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Paths in the source that it touches, as declared by whoever asked; empty is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
}

/// A revision in the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RevisionSummary {
    /// From 1.
    pub number: u32,
    /// Its digest.
    pub digest: String,
    /// Who made it.
    pub by: Principal,
    /// When.
    pub at: Time,
    /// What moved since the one before.
    pub moved: Vec<Moved>,
}

/// A field that differs between two revisions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Moved {
    /// The field.
    pub field: String,
    /// What it was.
    pub from: String,
    /// What it is.
    pub to: String,
}

/// A hold in force: nothing is let through until it is lifted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Hold {
    /// The hold.
    pub id: String,
    /// Who holds.
    pub by: Principal,
    /// Since when.
    pub at: Time,
    /// Why; null when it was erased.
    pub reason: Option<String>,
}

/// What the caller can do with a change, so that nobody finds out by being refused.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct You {
    /// Whether a vote would be accepted.
    pub may_vote: bool,
    /// Roles an approval would count for.
    pub counts_for: Vec<String>,
    /// For whom else a vote could be given, by delegation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acting_for: Vec<crate::absences::ActingFor>,
    /// What an approval would state, in policy's words.
    pub meaning: Option<String>,
    /// Why a vote would not be accepted.
    pub why_not: Option<WhyNot>,
    /// The caller's vote on the current revision.
    pub voted: Option<Decision>,
    /// Whether they can place a hold.
    pub may_hold: bool,
    /// Whether they can object to what a rule does by itself.
    #[serde(default)]
    pub may_object: bool,
    /// Ids of the holds they can lift.
    pub may_release: Vec<String>,
    /// Whether they can withdraw it.
    pub may_withdraw: bool,
    /// Whether they can make a new revision.
    pub may_revise: bool,
    /// Whether they can hand it in.
    pub may_submit: bool,
    /// Whether they can close it.
    pub may_close: bool,
    /// For how many minutes they can override its approvals; null when they can't.
    #[serde(default)]
    pub may_override: Option<u32>,
    /// Why they can't, when the change is one that could be overridden.
    #[serde(default)]
    pub why_not_override: Option<WhyNot>,
    /// Ids of the overrides they can review.
    #[serde(default)]
    pub may_review: Vec<String>,
}

/// Something that happened to a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TimelineEntry {
    /// Position in the log.
    pub index: u64,
    /// When.
    pub time: Time,
    /// Who did it.
    pub actor: Principal,
    /// Kind of event.
    #[schema(example = "vote_recorded")]
    pub kind: String,
    /// What happened, in words.
    pub summary: String,
    /// The event's own data; private values stand in it as far as they may be shown.
    #[schema(value_type = Object)]
    pub data: serde_json::Value,
}
