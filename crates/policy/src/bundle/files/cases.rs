//! `tests/*.yaml` as it is written.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::bundle::yaml::At;

/// `tests/*.yaml`: what the bundle has to say about given changes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestsFile {
    /// The cases.
    pub(crate) tests: Vec<CaseText>,
}

/// One case.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseText {
    /// What it shows.
    pub(crate) name: At<String>,
    /// The facts. What is left out is what a small normal change would have.
    pub(crate) given: GivenText,
    /// What policy has to say.
    pub(crate) expect: ExpectText,
}

/// The facts of a case.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GivenText {
    /// The change.
    #[serde(default)]
    pub(crate) change: GivenChange,
    /// The service.
    #[serde(default)]
    pub(crate) service: GivenService,
    /// Name of the environment.
    pub(crate) environment: At<String>,
    /// Who asks.
    #[serde(default)]
    pub(crate) requester: GivenRequester,
    /// Who had a hand in it.
    #[serde(default)]
    pub(crate) contributors: GivenContributors,
    /// What is known of the service's past; nothing when left out.
    pub(crate) history: Option<GivenHistory>,
    /// When it is evaluated, as an RFC 3339 timestamp.
    pub(crate) now: Option<At<String>>,
}

/// The change of a case.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct GivenChange {
    /// `standard`, `normal` or `emergency`.
    pub(crate) kind: Option<At<String>>,
    /// `low`, `medium` or `high`.
    pub(crate) impact: Option<At<String>>,
    /// `low`, `medium` or `high`.
    pub(crate) urgency: Option<At<String>>,
    /// `low`, `medium` or `high`.
    pub(crate) complexity: Option<At<String>>,
    /// Name of a template.
    pub(crate) template: Option<At<String>>,
    /// How many artifacts; 1 when left out.
    pub(crate) artifact_count: Option<i64>,
    /// Whether it carries a plan.
    pub(crate) has_plan: bool,
    /// Parameters of the deployment.
    pub(crate) parameters: BTreeMap<String, String>,
    /// Attributes for policy.
    pub(crate) attributes: BTreeMap<String, String>,
    /// The incident an emergency answers.
    pub(crate) incident: Option<String>,
    /// The version it declares.
    pub(crate) version: Option<String>,
    /// How that differs from the one in place; follows from the versions when left out.
    pub(crate) version_step: Option<At<String>>,
    /// The paths it declares; not known when empty.
    pub(crate) paths: Vec<String>,
    /// Evidence about all artifacts.
    pub(crate) evidence: Vec<GivenEvidence>,
}

/// Evidence of a case.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GivenEvidence {
    /// Its kind.
    pub(crate) kind: String,
    /// Who says so.
    pub(crate) issuer: String,
    /// Whether it speaks for the artifact.
    pub(crate) passed: bool,
}

/// The service of a case.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct GivenService {
    /// Its name.
    pub(crate) name: Option<String>,
    /// The domain it belongs to.
    pub(crate) domain: Option<String>,
    /// `low`, `medium`, `high` or `critical`.
    pub(crate) criticality: Option<At<String>>,
    /// Its labels.
    pub(crate) labels: BTreeMap<String, String>,
}

/// The requester of a case.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct GivenRequester {
    /// Whether a machine asks.
    pub(crate) machine: bool,
    /// Roles the requester holds.
    pub(crate) roles: Vec<String>,
}

/// The contributors of a case.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct GivenContributors {
    /// How many.
    pub(crate) count: i64,
    /// How many of them are nobody we know.
    pub(crate) unknown: i64,
}

/// The service's past in a case.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GivenHistory {
    /// Deployments lately.
    pub(crate) deployments: i64,
    /// How many of them failed.
    pub(crate) failures: i64,
    /// How many of a hundred failed; follows from the two when left out.
    pub(crate) failure_rate: Option<i64>,
    /// When the last one that failed ended, as an RFC 3339 timestamp; never when left out.
    pub(crate) last_failure: Option<At<String>>,
    /// Whole days since the last failure, else since the first deployment; 0 when left out.
    #[serde(default)]
    pub(crate) days_without_failure: i64,
    /// The version in place; not known when left out.
    pub(crate) version: Option<String>,
    /// Points of risk let through in the last 7 days; not known when left out.
    pub(crate) exposure: Option<i64>,
}

/// What a case expects; what is left out is not looked at.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ExpectText {
    /// Whether an alignment session comes first.
    pub(crate) alignment: Option<bool>,
    /// The approval level.
    pub(crate) level: Option<At<String>>,
    /// The score.
    pub(crate) score: Option<i64>,
    /// The tier, such as `T3`.
    pub(crate) tier: Option<String>,
    /// All requirements, by role (`a|b` for any of two), with how many people. Nobody else may be
    /// asked for.
    pub(crate) requires: Option<BTreeMap<String, u32>>,
    /// All kinds of evidence asked for.
    pub(crate) evidence: Option<Vec<String>>,
    /// All automation rules that may approve it.
    pub(crate) automatic: Option<Vec<String>>,
    /// Rules that have to apply, among others.
    pub(crate) rules: Option<Vec<At<String>>>,
    /// The response plan that applies.
    pub(crate) plan: Option<At<String>>,
    /// Nobody has to approve.
    pub(crate) nobody: Option<bool>,
    /// Its template lets it be approved in one step with others.
    pub(crate) bulk: Option<bool>,
    /// The gate blocks; else it only records.
    pub(crate) enforced: Option<bool>,
    /// The code with which policy gives no answer.
    pub(crate) undecided: Option<String>,
    /// The field for which the change is refused.
    pub(crate) refused: Option<String>,
}
