//! `board.yaml` as it is written.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::bundle::yaml::At;

/// `board.yaml`: when a Change Advisory Board meets, and who is told of its agenda ahead of time. It
/// decides nothing.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BoardFile {
    /// Everybody who holds this role, wherever, sits on it.
    pub(crate) role: At<String>,
    /// When it meets for the first time, on the clock of its zone: `2026-01-06T14:00`.
    pub(crate) from: At<String>,
    /// When that meeting ends.
    pub(crate) until: At<String>,
    /// How it comes again: a rule of RFC 5545, such as `FREQ=WEEKLY;BYDAY=TU`.
    pub(crate) every: At<String>,
    /// The IANA time zone of its clock.
    pub(crate) zone: At<String>,
    /// How long before a meeting its members are sent the agenda, such as `2d`; `24h` when left out, at
    /// most `30d`.
    pub(crate) digest: Option<At<String>>,
}
