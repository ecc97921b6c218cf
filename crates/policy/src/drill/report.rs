//! What a drill shows: a timeline, how it ended, and what is wrong with that.

use domain::drill::{DrillFailure, DrillFailureKind};
use domain::ids::{PersonId, RoleName};
use jiff::Timestamp;
use serde::Serialize;

use super::Drill;

/// What came of a drill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DrillReport {
    /// Its name.
    pub name: String,
    /// The file it stands in.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The service it ran for.
    pub service: String,
    /// When it began on the test clock.
    pub start: Timestamp,
    /// The zone of that clock.
    pub time_zone: String,
    /// Who would be asked, reminded or turned to, in order.
    pub timeline: Vec<DrillEntry>,
    /// How it ended.
    pub end: DrillEnd,
    /// When.
    pub ended_at: Timestamp,
    /// Everything that is not as it has to be; empty when it passed.
    pub problems: Vec<DrillProblem>,
}

/// How a drill ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DrillEnd {
    /// Everything that is asked for was answered.
    Answered,
    /// Everybody the plan knows was asked, enough of them to answer, and too few did.
    Unanswered,
    /// Nobody who is asked could meet what is asked for.
    DeadEnd,
    /// It could not be run.
    Impossible,
}

/// Something that happened in a drill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DrillEntry {
    /// When.
    pub at: Timestamp,
    /// Minutes after the start.
    pub minutes: i64,
    /// Key of the requirement.
    pub requirement: String,
    /// What.
    pub what: DrillWhat,
    /// To whom it turned, in words, if it escalated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Whom it is about. Nobody when nobody could be asked yet.
    pub people: Vec<DrillPerson>,
    /// Whether what they are told is urgent: an emergency, or a plan that asks at any hour.
    pub urgent: bool,
    /// Why, in a few words.
    pub why: String,
}

/// Kinds of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DrillWhat {
    /// People were asked, or will be.
    Asked,
    /// Those who had not answered were reminded.
    Reminded,
    /// The next step of the plan was taken.
    Escalated,
    /// Somebody approved, as the drill says.
    Answered,
}

/// Somebody in a drill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DrillPerson {
    /// Who.
    pub person: PersonId,
    /// What they are called.
    pub name: String,
    /// The roles in which they may answer.
    pub roles: Vec<RoleName>,
    /// The time on their clock.
    pub local: String,
    /// Whether they are at work then.
    pub at_work: bool,
}

/// Something that is not as it has to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DrillProblem {
    /// What kind of failure it is.
    pub kind: DrillFailureKind,
    /// The requirement or role where it is; empty when it is about all of them.
    pub at: String,
    /// In a sentence.
    pub message: String,
    /// What would have to give.
    pub help: String,
}

impl DrillProblem {
    pub(super) fn new(kind: DrillFailureKind, at: &str, message: String, help: &str) -> Self {
        Self { kind, at: at.to_owned(), message, help: help.to_owned() }
    }

    /// It can't be run.
    pub(super) fn impossible(message: String, help: &str) -> Self {
        Self::new(DrillFailureKind::Impossible, "", message, help)
    }
}

impl DrillReport {
    /// Whether it went as it has to.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.problems.is_empty()
    }

    /// One of its problems, as it is known from night to night.
    #[must_use]
    pub fn failure(&self, problem: &DrillProblem) -> DrillFailure {
        DrillFailure {
            drill: self.name.clone(),
            service: self.service.clone(),
            kind: problem.kind,
            at: problem.at.clone(),
        }
    }

    pub(super) fn impossible(drill: &Drill, start: Timestamp, problem: DrillProblem) -> Self {
        Self {
            name: drill.name.clone(),
            file: drill.source.file.clone(),
            line: drill.source.line,
            service: drill.given.service.name.clone().unwrap_or_default(),
            start,
            time_zone: drill.start.zone_name.clone(),
            timeline: Vec::new(),
            end: DrillEnd::Impossible,
            ended_at: start,
            problems: vec![problem],
        }
    }
}
