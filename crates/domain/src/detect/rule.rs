//! What became of changes that one automation rule could answer for: those it approved, beside those it
//! left to people.

use jiff::{SignedDuration, Timestamp};

use super::{Record, Records, SUCCESS_SPAN, count};
use crate::change::ChangeType;
use crate::ids::ChangeId;

/// So far back changes count.
pub const RULE_SPAN: SignedDuration = SUCCESS_SPAN;
/// So many of the newest approvals are named.
const LATEST: usize = 20;

/// What became of some changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Changes.
    pub changes: u32,
    /// Those to which somebody said no: by a vote, a hold or an objection.
    pub refused: u32,
    /// Deployments of them that ended.
    pub deployments: u32,
    /// Deployments that failed or were rolled back.
    pub failed: u32,
}

/// What became of the changes a rule could answer for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleHistory {
    /// Those it approved. A no to one of these came after it, or during its review.
    pub by_rule: Tally,
    /// Those that no rule approved.
    pub by_people: Tally,
    /// How long the approvals of these took on average; `None` where none was approved.
    pub people_took: Option<SignedDuration>,
    /// What the rule approved, the newest first.
    pub latest: Vec<(ChangeId, Record)>,
}

/// The history of a rule that answers some rules or templates, over the changes that `counts` lets
/// count. A change counts by its newest revision.
#[must_use]
pub fn rule_history(
    records: &Records,
    rule: &str,
    answers: &[String],
    now: Timestamp,
    counts: impl Fn(&Record) -> bool,
) -> RuleHistory {
    let since = now.checked_sub(RULE_SPAN).unwrap_or(Timestamp::MIN);
    let asked = |record: &Record| {
        record.kind != ChangeType::Emergency
            && answers.iter().any(|answer| record.asked_by.contains(answer))
    };
    let recent = |record: &Record| (since..=now).contains(&record.assessed_at) && counts(record);
    let mut history = RuleHistory::default();
    let mut took = Vec::new();
    for (id, record) in records.iter().filter(|(_, record)| recent(record)) {
        if let Some(at) = record.approved_by(rule) {
            history.by_rule.add(Tally::of(record, record.refused_since(at)));
            history.latest.push((id.clone(), record.clone()));
        } else if record.automatic.is_empty() && asked(record) {
            history.by_people.add(Tally::of(record, record.refused_at.is_some()));
            took.extend(record.approved_at.map(|at| at.duration_since(record.assessed_at)));
        }
    }
    let all: SignedDuration = took.iter().sum();
    history.people_took = i32::try_from(took.len()).ok().and_then(|n| all.checked_div(n));
    history.latest.sort_by_key(|(_, record)| std::cmp::Reverse(record.approved_by(rule)));
    history.latest.truncate(LATEST);
    history
}

impl Tally {
    /// One change.
    #[must_use]
    pub fn of(record: &Record, refused: bool) -> Self {
        Self {
            changes: 1,
            refused: u32::from(refused),
            deployments: count(record.ended.len()),
            failed: count(record.ended.iter().filter(|ended| ended.failed).count()),
        }
    }

    fn add(&mut self, other: Self) {
        self.changes += other.changes;
        self.refused += other.refused;
        self.deployments += other.deployments;
        self.failed += other.failed;
    }
}
