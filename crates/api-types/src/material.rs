//! What a change would do: the parts that request and record share.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::Time;

/// One thing that would be deployed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Artifact {
    /// Its name: a file name, or an image without tag. Unique within the change.
    #[schema(example = "checkout", min_length = 1)]
    pub name: String,
    /// What it is, exactly: `sha256:` and 64 hex digits, or `sha512:` and 128.
    #[schema(
        example = "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
        pattern = "^(sha256:[0-9a-fA-F]{64}|sha512:[0-9a-fA-F]{128})$"
    )]
    pub digest: String,
    /// The mutable reference it was resolved from, for people to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "registry.example.com/checkout:4.12.0")]
    pub reference: Option<String>,
}

/// Standard, normal or emergency (ITIL 4).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Pre-authorised by a template.
    Standard,
    /// Assessed and approved by itself.
    #[default]
    Normal,
    /// Needed at once because of an incident.
    Emergency,
}

impl ChangeKind {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Normal => "normal",
            Self::Emergency => "emergency",
        }
    }
}

/// For impact, urgency and complexity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Little.
    Low,
    /// Some.
    Medium,
    /// Much.
    High,
}

impl Level {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// A plan that an infrastructure tool would apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Digest of the plan.
    pub hash: String,
    /// Serial of the state it was made against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_serial: Option<String>,
}

/// A machine's statement about an artifact, as sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceRequest {
    /// What it is about: `tests`, `scan`, `provenance`.
    #[schema(example = "tests")]
    pub kind: String,
    /// Digest of the artifact it is about.
    pub subject: String,
    /// When it was made.
    pub issued_at: Time,
    /// Whether it speaks for the artifact.
    pub passed: bool,
    /// Digest of the evidence document itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Where it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A machine's statement about an artifact, as recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    /// What it is about.
    pub kind: String,
    /// Who says so: the service account or person that handed it in.
    pub issuer: String,
    /// Digest of the artifact it is about.
    pub subject: String,
    /// When it was made.
    pub issued_at: Time,
    /// Whether it speaks for the artifact.
    pub passed: bool,
    /// Digest of the evidence document itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Where it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// When the deployment may begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Not before.
    pub from: Time,
    /// Not at or after.
    pub until: Time,
}

/// How somebody had a hand in a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Contribution {
    /// Wrote it.
    Author,
    /// Committed or pushed it.
    Committer,
    /// Merged it.
    Merger,
    /// Built the artifact.
    Builder,
    /// Will carry it out.
    Implementer,
    /// Somebody on whose behalf a machine asks.
    OnBehalfOf,
}

/// Somebody who had a hand in a change. They can't approve it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Contributor {
    /// How.
    pub contribution: Contribution,
    /// An e-mail address, a user name or a person id.
    #[schema(example = "ada@example.com")]
    pub identity: String,
}

/// Where the artifacts were built from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Repository URL or path.
    pub repository: String,
    /// Full commit id.
    pub commit: String,
}

/// A template and the version that was in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TemplateRef {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u32,
}
