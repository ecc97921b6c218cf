//! The change calendar: freezes, maintenance windows, alignment sessions, and windows in which changes may be
//! deployed.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::changes::{ChangeRef, State};
use crate::schedule::ChangeConflict;
use crate::time::Time;

/// Which part of the calendar.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CalendarQuery {
    /// From when; now when left out.
    #[param(value_type = Option<String>, example = "2026-11-22T00:00:00Z")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Time>,
    /// Until when; four weeks later when left out, at most 366 days.
    #[param(value_type = Option<String>, example = "2026-12-22T00:00:00Z")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    /// Only what is planned for services in it: `domain:NAME` or `service:NAME`; everything when left out.
    #[param(example = "service:checkout")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

/// Whether an entry stops, lets through, or is a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CalendarKind {
    /// Nothing is deployed that it is about.
    Freeze,
    /// What it is about is deployed in such a window only.
    Maintenance,
    /// A change may be deployed.
    Window,
    /// People talk changes over before they are handed in.
    Session,
}

/// Something in the calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CalendarEntry {
    /// Whether it stops or lets through.
    pub kind: CalendarKind,
    /// What it is called.
    pub title: String,
    /// When it begins.
    pub from: Time,
    /// When it ends.
    pub until: Time,
    /// What a freeze or a maintenance window is about: `organisation`, `domain:NAME` or `service:NAME`; a service of a window; the numbers of the changes of a session.
    pub about: String,
    /// The environment of a window.
    pub environment: Option<String>,
    /// The change of a window.
    pub change: Option<ChangeRef>,
    /// Where that change stands.
    pub state: Option<State>,
    /// Id of a freeze.
    pub freeze: Option<String>,
    /// Id of an alignment session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alignment: Option<String>,
    /// Other changes that get in the way of one with a window.
    #[serde(default)]
    pub conflicts: Vec<ChangeConflict>,
}

/// A part of the calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Calendar {
    /// From when.
    pub from: Time,
    /// Until when.
    pub until: Time,
    /// By when they begin; freezes first.
    pub entries: Vec<CalendarEntry>,
}
