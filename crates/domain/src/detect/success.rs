//! Whether what a rule or template lets through goes well (M3.4, G07).
//!
//! Policy says what share has to succeed. A rule or template fails that bound when so many failures
//! would be improbable even if it just kept it (exact binomial test); then it loses its status until a
//! person gives it back. What came before somebody let it go on is settled and is not counted again.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{Went, count, statistics};
use crate::ids::{ChangeId, ChangeNumber, EnvironmentName, ServiceName};

/// What has to succeed where policy says nothing: 90 in 100.
pub const DEFAULT_SUCCESS_PERCENT: u8 = 90;
/// So far back outcomes count.
pub const SUCCESS_SPAN: SignedDuration = SignedDuration::from_hours(90 * 24);
/// So many of the newest outcomes count: what was good long ago doesn't make up for what fails now.
pub const OUTCOMES_MOST: usize = 30;
/// Fewer failures are bad luck.
const FAILURES_LEAST: u32 = 3;
/// Fewer outcomes say nothing.
const OUTCOMES_LEAST: u32 = 5;
/// A test at this level takes a status away.
const LEVEL: f64 = 0.01;

/// What has to succeed, and since when it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// The share that has to succeed, in percent.
    pub success_percent: u8,
    /// When somebody let it go on for the last time.
    pub settled_at: Option<Timestamp>,
}

/// How it went with what one rule or template let through.
#[derive(Debug, Clone, PartialEq)]
pub struct SuccessRate {
    /// `rule:ID` or `template:NAME`.
    pub by: String,
    /// The share that has to succeed, in percent.
    pub bound_percent: u8,
    /// Deployments that ended.
    pub total: u32,
    /// How many failed or were rolled back.
    pub failed: u32,
    /// How often chance alone would bring so many failures or more where the bound is kept.
    pub p_value: f64,
    /// Whether there is enough to tell.
    pub is_enough: bool,
    /// The newest failure, where it fails its bound.
    pub fails: Option<Failing>,
}

/// The newest failure of what fails its bound, and the changes that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failing {
    /// Its change, by id and number.
    pub change: (ChangeId, ChangeNumber),
    /// Its service.
    pub service: ServiceName,
    /// Its environment.
    pub environment: EnvironmentName,
    /// All changes that failed, the newest last.
    pub changes: Vec<ChangeNumber>,
}

/// How it went for each rule and template that has a bound.
pub(super) fn rates(
    outcomes: &[Went],
    bounds: &BTreeMap<String, Bound>,
    now: Timestamp,
) -> Vec<SuccessRate> {
    bounds.iter().map(|(by, bound)| rate(outcomes, by, *bound, now)).collect()
}

fn rate(outcomes: &[Went], by: &str, bound: Bound, now: Timestamp) -> SuccessRate {
    let since = now.checked_sub(SUCCESS_SPAN).unwrap_or(Timestamp::MIN);
    let counts = |went: &&Went| {
        went.by == by
            && (since..now).contains(&went.at)
            && bound.settled_at.is_none_or(|settled| settled < went.at)
    };
    let mut own: Vec<&Went> = outcomes.iter().rev().filter(counts).take(OUTCOMES_MOST).collect();
    own.reverse();
    let failures: Vec<&&Went> = own.iter().filter(|went| went.failed).collect();
    let (total, failed) = (count(own.len()), count(failures.len()));
    let may_fail = f64::from(100 - bound.success_percent.min(100)) / 100.0;
    let p_value = statistics::binomial_tail(failed, total, may_fail);
    let fails = failed >= FAILURES_LEAST && total >= OUTCOMES_LEAST && p_value <= LEVEL;
    let newest = failures.last().filter(|_| fails);
    SuccessRate {
        by: by.to_owned(),
        bound_percent: bound.success_percent,
        total,
        failed,
        p_value,
        is_enough: total >= OUTCOMES_LEAST,
        fails: newest.map(|went| Failing {
            change: went.change.clone(),
            service: went.service.clone(),
            environment: went.environment.clone(),
            changes: failures.iter().map(|went| went.change.1).collect(),
        }),
    }
}
