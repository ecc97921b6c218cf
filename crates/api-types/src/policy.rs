//! Policy: the live bundle, checks, proposals and dry runs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::assessment::Assessment;
use crate::changes::ChangeRequest;
use crate::explanation::{Explanation, Reach};
use crate::feasibility::WeakLink;
use crate::people::Principal;
use crate::problem::FieldProblem;
use crate::services::Environment;
use crate::time::Time;

/// A file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyFile {
    /// Path within the bundle.
    #[schema(example = "rules/production.yaml")]
    pub path: String,
    /// Its text.
    pub text: String,
}

/// The live bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Policy {
    /// Digest over all files.
    pub digest: String,
    /// Its name.
    pub name: String,
    /// Index of the log entry that made it live.
    pub entry: Option<u64>,
    /// Since when it is live.
    pub activated_at: Option<Time>,
    /// Who made it live.
    pub activated_by: Option<Principal>,
    /// Minutes that a bundle which may ask for less than this one waits before it is live; 0 is not at
    /// all.
    #[serde(default)]
    pub weaker_after_minutes: u32,
    /// Environments and their tiers.
    pub environments: Vec<Environment>,
    /// For what the gate blocks beside the tiers that say so; the strictest wins.
    #[serde(default)]
    pub enforced: Vec<PolicyEnforced>,
    /// Roles that it names.
    pub roles: Vec<PolicyRole>,
    /// Rules, in words.
    pub rules: Vec<PolicyRule>,
    /// Templates of standard changes.
    pub templates: Vec<PolicyTemplate>,
    /// All files.
    pub files: Vec<PolicyFile>,
}

/// For what the gate blocks where the tier only records. An empty list or map narrows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyEnforced {
    /// In words.
    #[schema(example = "checkout in staging")]
    pub title: String,
    /// One of these services.
    pub services: Vec<String>,
    /// Services with all these labels.
    pub labels: BTreeMap<String, String>,
    /// In one of these environments.
    pub environments: Vec<String>,
}

/// A role as policy describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyRole {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Where it must be held to count.
    pub reach: Reach,
}

/// A rule: when it applies, apart from what it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyRule {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The condition as written; empty when it always applies.
    pub when: String,
    /// What it needs, in words.
    pub needs: Vec<String>,
    /// Compliance controls it serves.
    pub controls: Vec<String>,
    /// File within the bundle.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
}

/// A template of standard changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyTemplate {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// Its title.
    pub title: String,
    /// Where it may be used and with which parameters, in words.
    pub limits: Vec<String>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth a look.
    Warning,
    /// The bundle is refused.
    Error,
}

/// A finding at one place of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Stable code.
    #[schema(example = "unknown_name")]
    pub code: String,
    /// File within the bundle.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The finding as text, `file:line:column` first, with the source line and a caret.
    pub rendered: String,
}

/// A test case of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyTestCase {
    /// Its name.
    pub name: String,
    /// File within the bundle.
    pub file: String,
    /// Whether it came out as expected.
    pub passed: bool,
    /// What did not.
    pub problems: Vec<String>,
}

/// Files to check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyCheckRequest {
    /// All files of the bundle.
    pub files: Vec<PolicyFile>,
}

/// A group that `roles.yaml` gives roles to and that the directory does not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnknownGroup {
    /// Its id.
    #[schema(example = "grp_01jd3k9q7h2v5n8m4c6b0tzxrw")]
    pub group: String,
    /// What nobody holds by it, and what to do.
    pub words: String,
}

/// What checking a bundle found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyCheck {
    /// Whether it could be proposed: no errors, and all its test cases pass.
    pub ok: bool,
    /// Digest over all files; null when they don't make a bundle.
    pub digest: Option<String>,
    /// Findings.
    pub diagnostics: Vec<Diagnostic>,
    /// Its test cases.
    pub tests: Vec<PolicyTestCase>,
    /// Needs that the people there are now may not be able to meet, the worst first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weak_links: Vec<WeakLink>,
    /// Groups that its `roles.yaml` gives roles to and that the directory does not have now: a warning.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown_groups: Vec<UnknownGroup>,
}

/// Proposes a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyProposalRequest {
    /// All files of the bundle.
    pub files: Vec<PolicyFile>,
    /// Why.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

/// Proposes a bundle again that was live before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyRevertRequest {
    /// Digest of the bundle; the one that was live before the live one if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Why.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

/// Where a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProposalState {
    /// Nobody decided yet.
    Open,
    /// Somebody made it live and it waits until `live_at`, because it may ask for less than the live
    /// bundle. Declining it stops it.
    Waiting,
    /// It is live.
    Live,
    /// It was live once.
    Replaced,
    /// It was turned down.
    Declined,
}

/// Which proposals to list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProposalsAsked {
    /// Those that nobody decided on, or that wait before they are live, oldest first.
    #[default]
    Open,
    /// Those that were decided on, newest decision first.
    Decided,
}

/// Which page of which proposals.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ProposalsQuery {
    /// Open ones, or decided ones; open if it is left out.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<ProposalsAsked>,
    /// Items per page.
    #[param(minimum = 1, maximum = 200, example = 50)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A proposed bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyProposal {
    /// Digest over all files; what is activated or declined.
    pub digest: String,
    /// Name of the bundle.
    pub name: String,
    /// Why; null when it was erased.
    pub reason: Option<String>,
    /// Who proposed it.
    pub proposed_by: Principal,
    /// When.
    pub proposed_at: Time,
    /// Where it stands.
    pub state: ProposalState,
    /// In which ways it may ask for less than the live bundle: once somebody makes it live, it waits.
    /// Empty when it asks for no less, or was decided on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weaker: Vec<String>,
    /// When it goes live by itself, unless somebody declines it; only while it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live_at: Option<Time>,
    /// When another bundle went live while this one waited, so that somebody has to make it live again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lapsed_at: Option<Time>,
    /// Who decided.
    pub decided_by: Option<Principal>,
    /// When.
    pub decided_at: Option<Time>,
    /// What they said; null while nobody decided, or when it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision_reason: Option<String>,
    /// All files.
    pub files: Vec<PolicyFile>,
    /// Needs that the people there are now may not be able to meet, the worst first; told to whoever
    /// proposes it and makes it live.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weak_links: Vec<WeakLink>,
    /// Groups that its `roles.yaml` gives roles to and that the directory does not have now: a warning.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown_groups: Vec<UnknownGroup>,
}

/// A dry run: what would policy say about this change?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyExplainRequest {
    /// The change.
    pub change: ChangeRequest,
    /// Another bundle than the live one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<Vec<PolicyFile>>,
}

/// What policy would say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyExplanation {
    /// `assessed`, `undecided` or `refused`.
    #[schema(example = "assessed")]
    pub result: String,
    /// What it would ask for, when it can say.
    pub assessment: Option<Assessment>,
    /// Fields it would refuse.
    pub fields: Vec<FieldProblem>,
    /// Every rule, applied or not, and why.
    pub explanation: Explanation,
    /// When it could start at the soonest; null with other files than the live ones.
    #[serde(default)]
    pub schedule: Option<crate::schedule::Schedule>,
}
