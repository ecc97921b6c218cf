//! Response plans: how soon an answer is due, whom to ask, and where it goes when none comes.
//!
//! Policy matches a plan to a change; it then stands in the requirement, so that everything that
//! happens rests on the record.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Places;
use crate::ids::RoleName;
use crate::requirement::{Reach, RuleRef};

/// Whose time the spans of a plan are counted in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseClock {
    /// Real time, day and night.
    #[default]
    Wall,
    /// Working time of the organisation's default place.
    Organisation,
    /// Working time of the people who are asked, of the last of them.
    Approver,
}

/// Whom a plan asks first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FirstAsk {
    /// Those who are at work.
    #[default]
    AtWork,
    /// Whoever a rota names on call in a role that is asked for, at any hour; those at work where
    /// nobody is, or none of them may answer.
    OnCall,
}

impl FirstAsk {
    /// Whether it is what plans said before they could say anything else.
    #[must_use]
    pub fn is_at_work(&self) -> bool {
        *self == Self::AtWork
    }
}

impl ResponseClock {
    /// Whether it is real time, as in everything recorded before there was a choice.
    #[must_use]
    pub const fn is_wall(&self) -> bool {
        matches!(self, Self::Wall)
    }

    /// So many minutes of this time after another time; `None` for real time, and where no calendar
    /// says it.
    #[must_use]
    pub fn working_after(
        self,
        from: Timestamp,
        minutes: u32,
        places: &dyn Places,
    ) -> Option<Timestamp> {
        let span = SignedDuration::from_mins(i64::from(minutes));
        (!self.is_wall()).then(|| places.organisation().add_working(from, span).ok())?
    }
}

/// What happens for one requirement when no answer comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResponsePlan {
    /// The plan, where policy writes it down.
    pub plan: RuleRef,
    /// Minutes after asking by which an answer is due.
    pub within_minutes: u32,
    /// Whose minutes they are.
    pub clock: ResponseClock,
    /// How many people are asked at first; never fewer than the requirement needs.
    pub ask: u32,
    /// Whom of them.
    #[serde(default, skip_serializing_if = "FirstAsk::is_at_work")]
    pub first: FirstAsk,
    /// Minutes after asking at which those who have not answered are reminded, rising.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remind_minutes: Vec<u32>,
    /// Whether people may be asked when they are not at work.
    pub after_hours: bool,
    /// What follows, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<EscalationStep>,
}

/// One step of an escalation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EscalationStep {
    /// Minutes after asking.
    pub after_minutes: u32,
    /// To whom.
    pub to: EscalationTarget,
    /// How many more people are asked.
    pub ask: u32,
}

/// Whom a step turns to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EscalationTarget {
    /// More holders of the requirement's own roles.
    Wider,
    /// Holders of other roles, whose votes count from then on: a fallback, or the manager of a scope.
    Roles {
        /// Any of these.
        roles: Vec<RoleName>,
        /// Where they must be held.
        reach: Reach,
    },
    /// Whoever is on call in a role; its holders' votes count from then on.
    OnCall {
        /// The role.
        role: RoleName,
        /// Where it must be held.
        reach: Reach,
    },
}

impl EscalationTarget {
    /// The roles whose holders' votes count once the step was taken.
    #[must_use]
    pub fn opens(&self) -> (&[RoleName], Reach) {
        match self {
            Self::Wider => (&[], Reach::Covering),
            Self::Roles { roles, reach } => (roles, *reach),
            Self::OnCall { role, reach } => (std::slice::from_ref(role), *reach),
        }
    }

    /// The words for people.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Wider => "more holders of the role".to_owned(),
            Self::Roles { roles, .. } => {
                roles.iter().map(RoleName::as_str).collect::<Vec<_>>().join(" or ")
            }
            Self::OnCall { role, .. } => format!("{role} on call"),
        }
    }
}
