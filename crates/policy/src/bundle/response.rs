//! `response.yaml`: how soon answers are due, whom to ask, and where it goes when none comes.
//!
//! The file as it is written, and a checked plan.

use std::collections::BTreeMap;

use domain::asking::ResponsePlan;
use domain::ids::RoleName;
use domain::requirement::RuleRef;
use schemars::JsonSchema;
use serde::Deserialize;

use super::files::ReachText;
use super::yaml::At;
use crate::expr::Condition;

/// A plan and when it applies. The first that applies counts.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Its id.
    pub id: String,
    /// One line for people.
    pub title: String,
    /// When it applies; always, if nothing is said.
    pub when: Option<Condition>,
    /// What it says.
    pub response: ResponsePlan,
    /// Roles of its steps that may be delegated.
    pub delegable: Vec<RoleName>,
    /// By role of its steps, the roles of which a delegate must hold one.
    pub competence: BTreeMap<RoleName, Vec<RoleName>>,
    /// Where it stands.
    pub source: RuleRef,
}

impl Plan {
    /// Whether it applies to every change.
    #[must_use]
    pub fn is_for_all(&self) -> bool {
        self.when.as_ref().is_none_or(|when| when.constant() == Some(true))
    }
}

/// `response.yaml`: response plans by priority.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResponseFile {
    /// The plans, most pressing first. The first whose condition holds counts for a change.
    pub(crate) plans: Vec<PlanText>,
}

/// A plan.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlanText {
    /// Unique in the file; a slug.
    pub(crate) id: At<String>,
    /// One line for people.
    pub(crate) title: String,
    /// The condition under which it applies; without one it applies to everything.
    pub(crate) when: Option<At<String>>,
    /// How soon an answer is due after people were asked, such as `30m` or `4h`.
    pub(crate) within: At<String>,
    /// Whose time that is, and the time of reminders and steps: `wall` (the default), `organisation`
    /// or `approver` for working time.
    #[serde(default)]
    pub(crate) clock: ClockText,
    /// How many people are asked at first; 1 unless said otherwise, and never fewer than needed.
    pub(crate) ask: Option<At<i64>>,
    /// Whom of those who may answer: `at_work` (the default), or `on_call`: whoever a rota names on call in
    /// a role that is asked for, at any hour, and those at work where nobody is or may answer.
    #[serde(default)]
    pub(crate) first: FirstText,
    /// When those who have not answered are reminded, after they were asked.
    #[serde(default)]
    pub(crate) remind: Vec<At<String>>,
    /// Whether people may be asked when they are not at work.
    #[serde(default)]
    pub(crate) after_hours: bool,
    /// What follows when no answer comes, in order.
    #[serde(default)]
    pub(crate) steps: Vec<StepText>,
}

/// Whose time spans are counted in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ClockText {
    /// Real time, day and night.
    #[default]
    Wall,
    /// Working time of the organisation's default place.
    Organisation,
    /// Working time of those who are asked.
    Approver,
}

/// Whom a plan asks first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FirstText {
    /// Those at work.
    #[default]
    AtWork,
    /// Whoever is on call.
    OnCall,
}

/// One step of an escalation: exactly one of `widen`, `role`, `any_of` and `on_call`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepText {
    /// When, after people were first asked.
    pub(crate) after: At<String>,
    /// Asks so many more holders of the same role.
    pub(crate) widen: Option<At<i64>>,
    /// Asks another role, whose votes count from then on: a fallback, or the manager of the service.
    pub(crate) role: Option<At<String>>,
    /// The same with any of several roles.
    #[serde(default)]
    pub(crate) any_of: Vec<At<String>>,
    /// Asks whoever is on call in a role, whose votes count from then on.
    pub(crate) on_call: Option<At<String>>,
    /// How many people of the role are asked; 1 unless said otherwise.
    pub(crate) ask: Option<At<i64>>,
    /// Where the role has to be held; what the role says unless said otherwise.
    pub(crate) reach: Option<ReachText>,
}
