//! The gate: may exactly this be deployed, now?

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::changes::ChangeRef;
use crate::explanation::{Edge, Explanation, Missing};
use crate::grants::GrantWithReceipt;

/// The question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GateQuestion {
    /// The change it leans on, by id or number; found by target and artifacts when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "CHG-1042")]
    pub change: Option<String>,
    /// The service.
    #[schema(example = "checkout")]
    pub service: String,
    /// The environment.
    #[schema(example = "production")]
    pub environment: String,
    /// Everything that would be deployed.
    #[serde(default)]
    pub artifacts: Vec<AskedArtifact>,
    /// Everything that steers the deployment.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// Digest of the plan that would be applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// Serial of the state the plan was made against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_serial: Option<String>,
}

/// An artifact that would be deployed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskedArtifact {
    /// Its name; only the digest decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is, exactly: `sha256:` and 64 hex digits, or `sha512:` and 128.
    #[schema(
        example = "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
        pattern = "^(sha256:[0-9a-fA-F]{64}|sha512:[0-9a-fA-F]{128})$"
    )]
    pub digest: String,
}

/// How long to wait for an answer other than `pending`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct GateQuery {
    /// Seconds; 0 answers at once.
    #[param(minimum = 0, maximum = 60, example = 30)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_seconds: Option<u32>,
}

/// The four answers. Only `allow` opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
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

/// The answer with its reasons. Every verdict is answered with status 200.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerdictAnswer {
    /// The question, as recorded.
    pub question_id: String,
    /// The answer.
    pub answer: Answer,
    /// Stable code of the first reason.
    #[schema(example = "digest_mismatch")]
    pub code: String,
    /// One sentence.
    pub summary: String,
    /// Whether it is allowed because everybody who must has approved. False under an override.
    #[serde(default)]
    pub approved: bool,
    /// The override that opened it, when nobody approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub override_id: Option<String>,
    /// What the CLI exits with: see [`exit_code`].
    #[schema(example = 10)]
    pub exit_code: u8,
    /// Whether the gate blocks here. When false it only records, and nothing needs to stop.
    pub enforced: bool,
    /// The change it leans on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<ChangeRef>,
    /// Every check and how it came out.
    pub explanation: Explanation,
    /// Who is still needed.
    #[serde(default)]
    pub missing: Vec<Missing>,
    /// When the answer may change by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_edge: Option<Edge>,
    /// The grant, when the answer is `allow`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantWithReceipt>,
}

/// The exit code of a verdict: 0 allowed, 10 denied, 11 pending, 12 expired or superseded,
/// 13 unknown. A gate that only records (`enforced` false) stops nobody: 0.
#[must_use]
pub fn exit_code(answer: Answer, code: &str, enforced: bool) -> u8 {
    const OUT_OF_DATE: [&str; 4] = ["approval_expired", "expired", "superseded", "window_closed"];
    match answer {
        _ if !enforced => 0,
        Answer::Allow => 0,
        Answer::Deny if OUT_OF_DATE.contains(&code) => 12,
        Answer::Deny => 10,
        Answer::Pending => 11,
        Answer::Unknown => 13,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_answer_has_its_exit_code() {
        let table = [
            (Answer::Allow, "approved", true, 0),
            (Answer::Deny, "digest_mismatch", true, 10),
            (Answer::Pending, "awaiting_approval", true, 11),
            (Answer::Deny, "approval_expired", true, 12),
            (Answer::Deny, "expired", true, 12),
            (Answer::Deny, "superseded", true, 12),
            (Answer::Unknown, "no_rule", true, 13),
            (Answer::Deny, "digest_mismatch", false, 0),
        ];
        for (answer, code, enforced, expected) in table {
            assert_eq!(exit_code(answer, code, enforced), expected, "{answer:?} {code}");
        }
    }
}
