//! What our own record says of a service in one environment: how its last deployments went, and which
//! version is in place. Policy reads it as `history`; it stands in the assessment it was read for.
//!
//! What was never deployed here by our record has no history, which is not a good one.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// So many days back deployments count as recent.
pub const RECENT_DAYS: i64 = 30;
/// So many days back risk is added up.
pub const EXPOSURE_DAYS: i64 = 7;
/// The most that risk adds up to: more is as good as this.
pub const EXPOSURE_MAX: i64 = 1_000_000_000;

/// The past of one service in one environment, as of one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceHistory {
    /// Deployments that ended within [`RECENT_DAYS`].
    pub deployments: u32,
    /// Those of them that failed or were rolled back.
    pub failures: u32,
    /// When the last one that failed ended, however long ago.
    #[serde(with = "crate::time::ms::option")]
    pub last_failure: Option<Timestamp>,
    /// Since when none failed: since the last that did, else since the first one ended.
    #[serde(with = "crate::time::ms")]
    pub calm_since: Timestamp,
    /// The version that the last one in place declared. `None` when it declared none, or none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Points of risk of what was let through within [`EXPOSURE_DAYS`]; `None` when that is not known,
    /// or policy does not read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposure: Option<i64>,
}

impl ServiceHistory {
    /// Whole days without a failure.
    #[must_use]
    pub fn calm_days(&self, now: Timestamp) -> u32 {
        let days = now.duration_since(self.calm_since).as_hours() / 24;
        u32::try_from(days.max(0)).unwrap_or(u32::MAX)
    }

    /// See [`failure_rate`].
    #[must_use]
    pub fn failure_rate(&self) -> Option<u32> {
        failure_rate(self.deployments, self.failures)
    }
}

/// How many of a hundred deployments failed (DORA's change failure rate), rounded up, so that a failure
/// is never none. `None` without any deployment.
#[must_use]
pub fn failure_rate(deployments: u32, failures: u32) -> Option<u32> {
    let rate = (u64::from(failures) * 100).div_ceil(u64::from(deployments).max(1));
    (deployments > 0).then(|| u32::try_from(rate).unwrap_or(100).min(100))
}

/// From when on deployments count as recent.
#[must_use]
pub fn recent_since(now: Timestamp) -> Timestamp {
    now.checked_sub(SignedDuration::from_hours(24 * RECENT_DAYS)).unwrap_or(Timestamp::MIN)
}

/// The same, folded from deployments in the order in which they ended. Keeps the recent ones only.
#[derive(Debug, Clone, Default)]
pub struct ServiceRecord {
    recent: VecDeque<(Timestamp, bool)>,
    first: Option<Timestamp>,
    last_failure: Option<Timestamp>,
    version: Option<String>,
}

impl ServiceRecord {
    /// A deployment ended; `version` is what its revision declares.
    pub fn ended(&mut self, at: Timestamp, failed: bool, version: Option<&str>) {
        self.first.get_or_insert(at);
        if failed {
            self.last_failure = Some(at);
        } else {
            self.version = version.map(str::to_owned);
        }
        self.recent.push_back((at, failed));
        let since = recent_since(at);
        while self.recent.front().is_some_and(|(at, _)| *at < since) {
            self.recent.pop_front();
        }
    }

    /// What it comes to as of a time.
    #[must_use]
    pub fn history(&self, now: Timestamp) -> Option<ServiceHistory> {
        let since = recent_since(now);
        let recent = self.recent.iter().filter(|(at, _)| *at >= since);
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Some(ServiceHistory {
            deployments: count(recent.clone().count()),
            failures: count(recent.filter(|(_, failed)| *failed).count()),
            last_failure: self.last_failure,
            calm_since: self.last_failure.or(self.first)?,
            version: self.version.clone(),
            exposure: None,
        })
    }
}

fn exposed_since(now: Timestamp) -> Timestamp {
    now.checked_sub(SignedDuration::from_hours(24 * EXPOSURE_DAYS)).unwrap_or(Timestamp::MIN)
}

/// From when on what was let through is read and kept: twice as far back as it counts, so that the entry of
/// a node whose clock was ahead hides nothing that still does.
#[must_use]
pub fn exposure_kept_since(now: Timestamp) -> Timestamp {
    exposed_since(exposed_since(now))
}

/// The risk of what was let through to one service in one environment, folded from
/// [`RiskTaken`](crate::event::ExposureEvent) in the order of the journal. Keeps what may still count.
#[derive(Debug, Clone, Default)]
pub struct Exposure {
    first: Option<Timestamp>,
    recent: VecDeque<(Timestamp, Option<i64>)>,
}

impl Exposure {
    /// A deployment was let through. `points` is `None` where its risk was not known.
    pub fn taken(&mut self, at: Timestamp, points: Option<i64>) {
        self.first.get_or_insert(at);
        self.recent.push_back((at, points));
        let since = exposure_kept_since(at);
        while self.recent.front().is_some_and(|(at, _)| *at < since) {
            self.recent.pop_front();
        }
    }

    /// The sum as of a time, at most [`EXPOSURE_MAX`]. `None` while the record is younger than what it
    /// would be the sum of, or holds something whose risk is not known: that is never little.
    #[must_use]
    pub fn points(&self, now: Timestamp) -> Option<i64> {
        let since = exposed_since(now);
        self.first.filter(|first| *first <= since)?;
        let counted = self.recent.iter().filter(|(at, _)| *at >= since);
        counted
            .map(|(_, points)| *points)
            .try_fold(0_i64, |sum, points| Some(sum.saturating_add(points?.max(0))))
            .map(|sum| sum.min(EXPOSURE_MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(n: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + n * 86_400).unwrap()
    }

    #[test]
    fn m4_1_what_was_never_deployed_here_has_no_history() {
        assert_eq!(ServiceRecord::default().history(day(0)), None);
    }

    #[test]
    fn m4_1_recent_deployments_age_out_and_the_last_failure_does_not() {
        let mut record = ServiceRecord::default();
        record.ended(day(0), true, Some("1.0.0"));
        record.ended(day(20), false, Some("1.0.1"));
        let found = record.history(day(21)).unwrap();
        assert_eq!((found.deployments, found.failures, found.failure_rate()), (2, 1, Some(50)));
        let later = record.history(day(45)).unwrap();
        assert_eq!((later.deployments, later.failures, later.failure_rate()), (1, 0, Some(0)));
        assert_eq!((later.last_failure, later.calm_days(day(45))), (Some(day(0)), 45));
        let quiet = record.history(day(90)).unwrap();
        assert_eq!((quiet.deployments, quiet.failure_rate()), (0, None));
    }

    #[test]
    fn m4_1_the_version_in_place_is_of_the_last_one_that_did_not_fail() {
        let mut record = ServiceRecord::default();
        record.ended(day(0), false, Some("1.0.0"));
        record.ended(day(1), true, Some("2.0.0"));
        assert_eq!(record.history(day(2)).unwrap().version.as_deref(), Some("1.0.0"));
        record.ended(day(3), false, None);
        assert_eq!(record.history(day(4)).unwrap().version, None, "an older one is no guess");
    }

    #[test]
    fn m4_1_risk_adds_up_over_a_week_and_ages_out() {
        let mut exposure = Exposure::default();
        exposure.taken(day(0), Some(5));
        exposure.taken(day(6), Some(20));
        exposure.taken(day(7), Some(3));
        assert_eq!(exposure.points(day(7)), Some(28));
        assert_eq!(exposure.points(day(8)), Some(23));
        assert_eq!(exposure.points(day(40)), Some(0));
    }

    #[test]
    fn m4_1_risk_of_a_young_record_or_of_something_unknown_is_not_known() {
        let mut exposure = Exposure::default();
        assert_eq!(exposure.points(day(7)), None);
        exposure.taken(day(0), Some(5));
        assert_eq!(exposure.points(day(6)), None);
        assert_eq!(exposure.points(day(7)), Some(5));
        exposure.taken(day(9), None);
        assert_eq!((exposure.points(day(10)), exposure.points(day(17))), (None, Some(0)));
    }

    #[test]
    fn m4_1_a_clock_that_was_ahead_hides_nothing_that_still_counts() {
        let mut exposure = Exposure::default();
        exposure.taken(day(0), Some(1));
        exposure.taken(day(8), Some(20));
        exposure.taken(day(19), Some(3));
        exposure.taken(day(14), Some(4));
        assert_eq!(exposure.points(day(14)), Some(27));
    }

    #[test]
    fn m4_1_points_below_none_and_beyond_the_most_are_bounded() {
        let mut exposure = Exposure::default();
        exposure.taken(day(0), Some(i64::MAX));
        exposure.taken(day(1), Some(i64::MAX));
        assert_eq!(exposure.points(day(7)), Some(EXPOSURE_MAX));
        exposure.taken(day(8), Some(-4));
        assert_eq!(exposure.points(day(9)), Some(0));
    }

    #[test]
    fn m4_1_one_failure_of_many_is_never_a_rate_of_none() {
        let mut record = ServiceRecord::default();
        (0..300).for_each(|_| record.ended(day(0), false, None));
        record.ended(day(0), true, None);
        assert_eq!(record.history(day(1)).unwrap().failure_rate(), Some(1));
    }
}
