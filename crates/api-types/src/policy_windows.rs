//! Policy windows: spans in which live policy was weaker than before or after.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::people::Principal;
use crate::replay::ReplayAsk;
use crate::time::Time;

/// A span in which live policy was weaker than the bundle before it or after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyWindow {
    /// The how manieth bundle that went live it is, from 1.
    #[schema(example = 7)]
    pub number: u32,
    /// Digest of the bundle that was live.
    pub digest: String,
    /// Who proposed it.
    pub proposed_by: Principal,
    /// Who made it live.
    pub activated_by: Principal,
    /// What that person said.
    pub reason: String,
    /// Since when it was live.
    pub began_at: Time,
    /// Until when; null while it is live.
    pub ended_at: Option<Time>,
    /// How long, in seconds; null while it is live.
    pub lasted_seconds: Option<i64>,
    /// Digest of the bundle that took its place; null while it is live.
    pub replaced_by: Option<String>,
    /// In which ways it may have asked for less than the bundle before; empty when it did not.
    pub weaker_than_before: Vec<String>,
    /// In which ways it may have asked for less than the bundle after; empty when it did not.
    pub weaker_than_after: Vec<String>,
}

/// The bundle that would have asked more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WindowNeighbour {
    /// The one before the window.
    Before,
    /// The one after it.
    After,
}

/// A change approved in a window, for which a neighbour would have asked more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyWindowChange {
    /// Its number.
    #[schema(example = "CHG-1042")]
    pub number: String,
    /// The service.
    pub service: String,
    /// The environment.
    pub environment: String,
    /// When it was approved.
    pub approved_at: Time,
    /// When its deployment began; null when none did in the window.
    pub deployed_at: Option<Time>,
    /// Which bundle would have asked more.
    pub than: WindowNeighbour,
    /// How its outcome moves there: codes, as of a replay.
    pub differences: Vec<String>,
    /// Who would have been asked as well.
    pub added: Vec<ReplayAsk>,
}

/// What a slice of the journal shows of a window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyWindowChanges {
    /// The window.
    pub window: PolicyWindow,
    /// Changes approved under its bundle in this slice.
    pub approved: u64,
    /// Those for which a neighbour would have asked more.
    pub changes: Vec<PolicyWindowChange>,
    /// Entries of the window that were looked through so far.
    pub entries: u64,
    /// Entries of the window.
    pub of: u64,
    /// Where the next slice begins; null when this was the last one.
    pub next_cursor: Option<String>,
}

/// Which slice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WindowSliceQuery {
    /// `next_cursor` of the slice before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}
