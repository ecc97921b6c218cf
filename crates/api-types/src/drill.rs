//! Drills: the escalation paths of policy, run on a test clock.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::policy::PolicyFile;
use crate::time::Time;

/// Which drills to run: those of the live bundle, or of another.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyDrillRequest {
    /// Only the drill of this name; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// For this service; for those that the drill describes when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Digest of a proposal that waits, instead of the live bundle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<String>,
    /// All files of a bundle, instead of the live one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<Vec<PolicyFile>>,
    /// Text of a file such as those in `drills/`: these drills instead of the bundle's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drills: Option<String>,
}

/// What came of drills with the people there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyDrills {
    /// The bundle they stand in.
    pub policy: String,
    /// Whether every drill ran and went as it has to.
    pub passed: bool,
    /// One for each drill and service.
    pub drills: Vec<PolicyDrill>,
    /// Names of drills that no service there is fits.
    pub not_run: Vec<String>,
    /// Services left out because a drill fits too many; the most critical come first.
    pub left_out: u32,
}

/// How a drill ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DrillEnd {
    /// Everything that is asked for was answered.
    Answered,
    /// Enough people were asked, and too few answered, as the drill says.
    Unanswered,
    /// Nobody who is asked could meet what is asked for.
    DeadEnd,
    /// It could not be run.
    Impossible,
}

/// What came of one drill for one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyDrill {
    /// Its name.
    pub name: String,
    /// The file it stands in.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The service.
    pub service: String,
    /// Whether it went as it has to.
    pub passed: bool,
    /// When it begins on the test clock.
    pub start: Time,
    /// The zone of that clock.
    pub time_zone: String,
    /// Who would be asked, reminded or turned to, in order.
    pub timeline: Vec<DrillEntry>,
    /// How it ended.
    pub end: DrillEnd,
    /// When the last thing happened.
    pub ended_at: Time,
    /// What is not as it has to be.
    pub problems: Vec<DrillProblem>,
}

/// Kinds of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DrillWhat {
    /// People were asked, or will be once they are at work.
    Asked,
    /// Those who had not answered were reminded.
    Reminded,
    /// The next step of the plan was taken.
    Escalated,
    /// Somebody approved, as the drill says.
    Answered,
}

/// Something that would happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrillEntry {
    /// When.
    pub at: Time,
    /// Minutes after the start.
    pub minutes: i64,
    /// The requirement.
    pub requirement: String,
    /// What.
    pub what: DrillWhat,
    /// To whom it turns, if it escalates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Whom it is about; nobody when nobody could be asked yet.
    pub people: Vec<DrillPerson>,
    /// Why.
    pub why: String,
}

/// Somebody who would be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrillPerson {
    /// Who.
    pub person: String,
    /// What they are called.
    pub name: String,
    /// The roles in which they may answer.
    pub roles: Vec<String>,
    /// The time on their clock.
    pub local: String,
    /// Whether they are at work then.
    pub at_work: bool,
    /// How they hear of it: `product` always, `mail` as they chose.
    pub channels: Vec<String>,
    /// When that mail is sent: at once, or when their quiet hours end.
    #[serde(default)]
    pub mailed_at: Option<Time>,
}

/// Ways in which a drill fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DrillFailureKind {
    /// Nobody who is asked could meet a requirement.
    DeadEnd,
    /// Too few of a role are asked in time.
    AskedLate,
    /// It does not turn to a role in time.
    EscalatesLate,
    /// Not everything is answered in time.
    AnsweredLate,
    /// It could not be run.
    Impossible,
}

/// Something that is not as it has to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrillProblem {
    /// What kind of failure it is.
    pub kind: DrillFailureKind,
    /// The requirement or role where it is, unless it is about all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Since when the nightly run of the live bundle's drills has found it; absent when it has not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_since: Option<Time>,
    /// In a sentence.
    pub message: String,
    /// What would have to give.
    pub help: String,
}
