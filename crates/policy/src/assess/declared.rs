//! The version step of a change, and the past of its service, as conditions see them.

use domain::service_history::ServiceHistory;
use jiff::Timestamp;

use crate::expr::semver;

/// How a version differs from the one before. What is no semantic version has no step.
pub(crate) const STEPS: [&str; 6] = ["none", "prerelease", "patch", "minor", "major", "downgrade"];

/// The step, as an index into [`STEPS`]; `None` when a version is missing or none.
pub(crate) fn step(from: Option<&str>, to: Option<&str>) -> Option<u8> {
    let step = semver::step(from?, to?);
    (usize::from(step) < STEPS.len()).then_some(step)
}

/// The past of the service.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HistoryFacts<'a> {
    pub(crate) deployments: u32,
    pub(crate) failures: u32,
    pub(crate) failure_rate: Option<u32>,
    pub(crate) last_failure: Option<Timestamp>,
    pub(crate) days_without_failure: u32,
    pub(crate) version: Option<&'a str>,
    pub(crate) exposure: Option<i64>,
}

impl<'a> HistoryFacts<'a> {
    pub(crate) fn of(history: &'a ServiceHistory, now: Timestamp) -> Self {
        Self {
            deployments: history.deployments,
            failures: history.failures,
            failure_rate: history.failure_rate(),
            last_failure: history.last_failure,
            days_without_failure: history.calm_days(now),
            version: history.version.as_deref(),
            exposure: history.exposure,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m4_1_a_step_needs_two_semantic_versions() {
        let named = |from, to| step(from, to).map(|index| STEPS[usize::from(index)]);
        assert_eq!(named(Some("1.4.2"), Some("v1.4.3")), Some("patch"));
        assert_eq!(named(Some("1.4.2"), Some("1.4.1")), Some("downgrade"));
        assert_eq!(named(Some("1.4.2"), Some("1.4.2")), Some("none"));
        for (from, to) in [
            (None, Some("1.0.0")),
            (Some("1.0.0"), None),
            (Some("1.0"), Some("1.0.1")),
            (None, None),
        ] {
            assert_eq!(named(from, to), None, "{from:?} -> {to:?}");
        }
    }

    #[test]
    fn m4_1_steps_are_those_of_the_language() {
        assert_eq!(STEPS, semver::STEPS[..STEPS.len()]);
    }
}
