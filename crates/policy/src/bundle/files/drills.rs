//! `drills/*.yaml` as it is written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::GivenText;
use crate::bundle::yaml::At;

/// `drills/*.yaml`: situations in which the response plans have to work.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DrillsFile {
    /// The drills.
    pub(crate) drills: Vec<DrillText>,
}

/// One drill.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DrillText {
    /// What it shows; unique in the bundle.
    pub(crate) name: At<String>,
    /// The change, as in a test case. Its time is `at`.
    pub(crate) given: GivenText,
    /// When it is asked for, on the clock of a zone: `2026-12-05T23:00[Europe/London]`. Against the
    /// people there are, it is the next time of that weekday and hour.
    pub(crate) at: At<String>,
    /// Who there is, by role, when the drill runs without an organisation.
    pub(crate) people: Vec<DrillPeopleText>,
    /// How many holders of a role are away from the start on: those who would be asked first.
    #[serde(default)]
    pub(crate) away: Vec<DrillAwayText>,
    /// Who answers once asked; nobody when left out.
    #[serde(default)]
    pub(crate) answers: Vec<DrillAnswerText>,
    /// What has to come of it. That it does not dead-end is expected always.
    #[serde(default)]
    pub(crate) expect: DrillExpectText,
}

/// People of a role.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DrillPeopleText {
    /// The role they hold.
    pub(crate) role: At<String>,
    /// How many.
    pub(crate) count: At<u32>,
    /// A place of `calendars.yaml`; the default one when left out.
    pub(crate) place: Option<At<String>>,
    /// Whether they are on call by turns of a day.
    #[serde(default)]
    pub(crate) on_call: bool,
}

/// People of a role who are away.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DrillAwayText {
    /// The role.
    pub(crate) role: At<String>,
    /// How many.
    pub(crate) count: u32,
}

/// People of a role who answer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DrillAnswerText {
    /// The role.
    pub(crate) role: At<String>,
    /// How long after being asked they approve, such as `20m`.
    pub(crate) after: At<String>,
    /// How many of them answer; all when left out.
    pub(crate) count: Option<u32>,
}

/// What a drill expects.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct DrillExpectText {
    /// Who has to be asked by when.
    pub(crate) asked: Vec<DrillAskedText>,
    /// To whom it has to escalate by when.
    pub(crate) escalates: Vec<DrillEscalatesText>,
    /// By when every requirement has to be met.
    pub(crate) answered: Option<At<String>>,
}

/// Somebody who has to be asked.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DrillAskedText {
    /// The role.
    pub(crate) role: At<String>,
    /// How many of it; 1 when left out.
    pub(crate) count: Option<u32>,
    /// Real time after the start, such as `15m`.
    pub(crate) within: At<String>,
}

/// A step that has to be taken.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DrillEscalatesText {
    /// The role it turns to.
    pub(crate) to: At<String>,
    /// Real time after the start, such as `6h`.
    pub(crate) within: At<String>,
}
