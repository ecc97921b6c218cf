//! Lazy consensus on the record: what a review by stakeholders is, how far it has come, and the
//! objection that ends it. What happens next is decided in [`crate::lazy`] (M4.3).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Change, ChangeEvent, State};
use crate::ids::{AccountId, PersonId, RoleName};
use crate::organisation::Directory;
use crate::private::Private;
use crate::refusal::Refusal;
use crate::requirement::RuleRef;

const REASON_MAX: usize = 4_000;

/// How long, and before whom, a change lies open to objection before a rule approves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewTerms {
    /// Working time of the organisation that has to pass.
    pub window_minutes: u32,
    /// So long before the end they are told again; less than the window.
    pub remind_minutes: u32,
    /// Roles whose holders are told. Never empty.
    pub tell: Vec<RoleName>,
}

/// Who is told for a role: its holders over the service who are here and had no hand in the change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleTold {
    /// The role.
    pub role: RoleName,
    /// Who. Empty when there is nobody: then no time runs.
    pub people: Vec<PersonId>,
}

/// A notice that arrived at somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arrival {
    /// For which role.
    pub role: RoleName,
    /// At whom.
    pub person: PersonId,
    /// When it was delivered or read, whichever was first known.
    #[serde(with = "crate::time::ms")]
    pub at: Timestamp,
}

/// One notice to all roles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// To whom.
    pub told: Vec<RoleTold>,
    /// When it was sent off.
    #[serde(with = "crate::time::ms")]
    pub at: Timestamp,
}

/// Whether time runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "time", rename_all = "snake_case")]
pub enum ReviewTime {
    /// It does not.
    Waits {
        /// Why.
        why: String,
        /// Working time that is left of the window.
        left_seconds: u64,
        /// How often it was looked at without success since it last ran.
        looks: u32,
        /// When it is looked at again by itself; else something has to happen.
        #[serde(with = "crate::time::ms::option")]
        look_at: Option<Timestamp>,
    },
    /// It does.
    Runs {
        /// When the window ends.
        #[serde(with = "crate::time::ms")]
        ends_at: Timestamp,
        /// When they are told again; `None` once they were.
        #[serde(with = "crate::time::ms::option")]
        remind_at: Option<Timestamp>,
    },
}

/// A review of the current revision under way. The fold of its steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LazyReview {
    /// The rule that approves at its end.
    pub rule: RuleRef,
    /// Digest of the bundle it began under.
    pub policy: String,
    /// The terms it began under.
    pub terms: ReviewTerms,
    /// How many entries of the organisation's stream it was begun on: a stop after that ends it.
    pub decided_on: u64,
    /// When it began.
    #[serde(with = "crate::time::ms")]
    pub began_at: Timestamp,
    /// Notices so far: of the start, then before the end.
    pub notices: Vec<Notice>,
    /// Where notices are known to have arrived.
    pub arrived: Vec<Arrival>,
    /// Whether time runs.
    pub time: ReviewTime,
}

/// What happened to a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum LazyStep {
    /// It began, and its stakeholders are told.
    Begun {
        /// The rule.
        rule: RuleRef,
        /// Digest of the bundle that has it.
        policy: String,
        /// The revision.
        revision: u32,
        /// Its terms.
        terms: ReviewTerms,
        /// See [`LazyReview::decided_on`].
        decided_on: u64,
        /// Who is told.
        told: Vec<RoleTold>,
    },
    /// Its time does not run.
    Waits {
        /// The rule.
        rule: String,
        /// Why.
        why: String,
        /// Working time that is left.
        left_seconds: u64,
        /// When it is looked at again by itself.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            with = "crate::time::ms::option"
        )]
        look_at: Option<Timestamp>,
    },
    /// The notices arrived, and its time runs.
    Runs {
        /// The rule.
        rule: String,
        /// Where they arrived.
        arrived: Vec<Arrival>,
        /// When the window ends.
        #[serde(with = "crate::time::ms")]
        ends_at: Timestamp,
        /// When stakeholders are told again, if they still have to be.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            with = "crate::time::ms::option"
        )]
        remind_at: Option<Timestamp>,
    },
    /// The end comes near, and its stakeholders are told again.
    Reminded {
        /// The rule.
        rule: String,
        /// Who is told.
        told: Vec<RoleTold>,
        /// When the window ends: later than before if the reminder came late.
        #[serde(with = "crate::time::ms")]
        ends_at: Timestamp,
    },
    /// It ended without an approval. It may begin again, from its start.
    Ended {
        /// The rule.
        rule: String,
        /// Why.
        why: String,
    },
}

/// A review that was held to its end: part of the approval that follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldReview {
    /// Its terms.
    pub terms: ReviewTerms,
    /// When it began.
    #[serde(with = "crate::time::ms")]
    pub began_at: Timestamp,
    /// Every notice.
    pub notices: Vec<Notice>,
    /// At whom notices arrived, and when.
    pub arrived: Vec<Arrival>,
}

/// Somebody's no to what rules do by themselves: people decide on this revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objection {
    /// Who.
    pub by: PersonId,
    /// Through which account.
    pub account: AccountId,
    /// The revision.
    pub revision: u32,
    /// Why, if they said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Private<String>>,
    /// When.
    #[serde(with = "crate::time::ms")]
    pub at: Timestamp,
}

impl LazyStep {
    /// Id of the rule it is about.
    #[must_use]
    pub fn rule(&self) -> &str {
        match self {
            Self::Begun { rule, .. } => &rule.id,
            Self::Waits { rule, .. }
            | Self::Runs { rule, .. }
            | Self::Reminded { rule, .. }
            | Self::Ended { rule, .. } => rule,
        }
    }

    /// Whom it tells.
    #[must_use]
    pub fn told(&self) -> &[RoleTold] {
        match self {
            Self::Begun { told, .. } | Self::Reminded { told, .. } => told,
            Self::Waits { .. } | Self::Runs { .. } | Self::Ended { .. } => &[],
        }
    }

    /// What it says, in a sentence without who did it.
    #[must_use]
    pub fn in_words(&self) -> String {
        let rule = self.rule();
        match self {
            Self::Begun { terms, .. } => {
                let roles: Vec<&str> = terms.tell.iter().map(RoleName::as_str).collect();
                let window = crate::time::minutes_in_words(terms.window_minutes);
                format!(
                    "a review by {} began: {rule} approves after {window} of working time if nobody objects",
                    roles.join(" and ")
                )
            }
            Self::Waits { why, .. } => format!("the review for {rule} does not run: {why}"),
            Self::Runs { ends_at, .. } => {
                format!("the review for {rule} runs: it approves at {ends_at:.0} if nobody objects")
            }
            Self::Reminded { ends_at, .. } => {
                format!("stakeholders were told again: {rule} approves at {ends_at:.0}")
            }
            Self::Ended { why, .. } => format!("the review for {rule} ended: {why}"),
        }
    }
}

impl Change {
    /// Says no to what rules would do by themselves; one objection is enough.
    ///
    /// # Errors
    /// Nothing approves it by itself, it is decided or over, or they may not.
    pub fn object(
        &self,
        objection: Objection,
        directory: &Directory,
    ) -> Result<Vec<ChangeEvent>, Refusal> {
        if !matches!(self.state, State::AwaitingApproval { .. } | State::Approved { .. }) {
            return Err(Refusal::IllegalState { action: "object to", state: self.state.name() });
        }
        if !self.may_hold(&objection.by, directory) {
            return Err(Refusal::NotEntitled {
                action: "object to this change",
                who: "its requester, holders of any role over its service, and admins",
            });
        }
        if self.assessment.as_ref().is_none_or(|a| a.automatic.is_empty()) {
            return Err(Refusal::Policy {
                code: "nothing_automatic".to_owned(),
                reason: "no rule approves this change by itself: vote on it, or hold it".to_owned(),
            });
        }
        if objection.reason.as_ref().is_some_and(|r| r.text().len() > REASON_MAX) {
            return Err(Refusal::field("reason", "say it in at most 4,000 bytes"));
        }
        Ok(vec![ChangeEvent::LazyObjected(Box::new(objection))])
    }

    /// The objection to what rules do by themselves with the current revision, if there is one.
    #[must_use]
    pub fn objection(&self) -> Option<&Objection> {
        let current = self.revision().number;
        self.objections.iter().find(|o| o.revision == current)
    }

    /// The review for a rule.
    #[must_use]
    pub fn lazy_review(&self, rule: &str) -> Option<&LazyReview> {
        self.lazy_reviews.iter().find(|review| review.rule.id == rule)
    }

    /// When a review next does something by itself.
    #[must_use]
    pub fn next_review(&self) -> Option<Timestamp> {
        let State::AwaitingApproval { .. } = &self.state else { return None };
        let edges = self.lazy_reviews.iter().filter_map(|review| match &review.time {
            ReviewTime::Waits { look_at, .. } => *look_at,
            ReviewTime::Runs { ends_at, remind_at } => Some(remind_at.unwrap_or(*ends_at)),
        });
        edges.min()
    }

    pub(super) fn reviewed(&mut self, step: &LazyStep, at: Timestamp) {
        if let LazyStep::Begun { rule, policy, terms, decided_on, told, .. } = step {
            self.lazy_reviews.retain(|review| review.rule.id != rule.id);
            self.lazy_reviews.push(LazyReview {
                rule: rule.clone(),
                policy: policy.clone(),
                decided_on: *decided_on,
                began_at: at,
                notices: vec![Notice { told: told.clone(), at }],
                arrived: Vec::new(),
                time: ReviewTime::Waits {
                    why: "the notices of its start are on their way".to_owned(),
                    left_seconds: u64::from(terms.window_minutes) * 60,
                    looks: 0,
                    look_at: Some(at),
                },
                terms: terms.clone(),
            });
            return;
        }
        if let LazyStep::Ended { rule, .. } = step {
            self.lazy_reviews.retain(|review| review.rule.id != *rule);
            return;
        }
        let Some(review) =
            self.lazy_reviews.iter_mut().find(|review| review.rule.id == step.rule())
        else {
            return;
        };
        review.follow(step, at);
    }
}

impl LazyReview {
    fn follow(&mut self, step: &LazyStep, at: Timestamp) {
        match step {
            LazyStep::Waits { why, left_seconds, look_at, .. } => {
                let looks = match &self.time {
                    ReviewTime::Waits { looks, .. } => looks.saturating_add(1),
                    ReviewTime::Runs { .. } => 0,
                };
                let (why, left_seconds, look_at) = (why.clone(), *left_seconds, *look_at);
                self.time = ReviewTime::Waits { why, left_seconds, looks, look_at };
            }
            LazyStep::Runs { arrived, ends_at, remind_at, .. } => {
                self.arrived.clone_from(arrived);
                self.time = ReviewTime::Runs { ends_at: *ends_at, remind_at: *remind_at };
            }
            LazyStep::Reminded { told, ends_at, .. } => {
                self.notices.push(Notice { told: told.clone(), at });
                self.time = ReviewTime::Runs { ends_at: *ends_at, remind_at: None };
            }
            // Handled by the change, which has all of them.
            LazyStep::Begun { .. } | LazyStep::Ended { .. } => {}
        }
    }
}
