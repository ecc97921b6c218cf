//! Errors on the wire (RFC 9457), with a stable code, the reason tree and what to do next.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::explanation::Explanation;

/// The media type of a [`Problem`].
pub const MEDIA_TYPE: &str = "application/problem+json";

const TYPE_PREFIX: &str = "https://countersign.dev/problems/";

/// Why a request was refused or failed. Answered as `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// A URI for the kind of problem; ends in `code`.
    #[serde(rename = "type")]
    #[schema(example = "https://countersign.dev/problems/stale_revision")]
    pub kind: String,
    /// The kind of problem in a few words, always the same for a code.
    #[schema(example = "The revision is not current")]
    pub title: String,
    /// The HTTP status.
    #[schema(example = 409, minimum = 400, maximum = 599)]
    pub status: u16,
    /// What happened this time, for the person who asked.
    #[schema(example = "you decided on revision 1, but revision 2 is current")]
    pub detail: String,
    /// Stable, for machines.
    #[schema(example = "stale_revision")]
    pub code: String,
    /// Fields of the request that can't be accepted.
    #[serde(default)]
    pub fields: Vec<FieldProblem>,
    /// The reason tree, where policy or the gate decided.
    #[serde(default)]
    pub reasons: Option<Explanation>,
    /// What can be done about it, most useful first.
    #[serde(default)]
    pub next_actions: Vec<String>,
    /// The id under which the server logged this request.
    #[serde(default)]
    pub request_id: String,
}

/// One field that can't be accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldProblem {
    /// Where in the request.
    #[schema(example = "artifacts[0].digest")]
    pub field: String,
    /// What is wrong with it and how to mend it.
    pub message: String,
}

impl Problem {
    /// A problem without fields, reasons or next actions.
    #[must_use]
    pub fn new(status: u16, code: &str, title: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("{TYPE_PREFIX}{code}"),
            title: title.to_owned(),
            status,
            detail: detail.into(),
            code: code.to_owned(),
            fields: Vec::new(),
            reasons: None,
            next_actions: Vec::new(),
            request_id: String::new(),
        }
    }
}
