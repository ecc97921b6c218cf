//! What fails in drills of policy with the people there are, from one night to the next (M3.5).

use std::fmt;

use serde::{Deserialize, Serialize};

/// Ways in which a drill fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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

/// Something that fails in a drill. It names no person, and neither time nor number, so that it is the
/// same failure every night.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrillFailure {
    /// Name of the drill.
    pub drill: String,
    /// The service it ran for; empty when it did not run, because none there is fits it.
    pub service: String,
    /// How it fails.
    pub kind: DrillFailureKind,
    /// The requirement or role where it does; empty when it is about all of them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub at: String,
}

impl DrillFailure {
    /// A drill that was not run, because no service there is fits it.
    #[must_use]
    pub fn fits_no_service(drill: &str) -> Self {
        let (drill, service, at) = (drill.to_owned(), String::new(), String::new());
        Self { drill, service, kind: DrillFailureKind::Impossible, at }
    }
}

impl fmt::Display for DrillFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { drill, service, kind, at } = self;
        if service.is_empty() {
            return write!(f, "“{drill}” was not run, because no service there is fits it");
        }
        write!(f, "“{drill}” for {service} ")?;
        match kind {
            DrillFailureKind::DeadEnd => write!(f, "dead-ends at {at}"),
            DrillFailureKind::AskedLate => write!(f, "asks {at} too late"),
            DrillFailureKind::EscalatesLate => write!(f, "does not turn to {at} in time"),
            DrillFailureKind::AnsweredLate => f.write_str("is not answered in time"),
            DrillFailureKind::Impossible => f.write_str("can't be run"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::moved::moved;

    fn failure(service: &str, at: &str) -> DrillFailure {
        DrillFailure {
            drill: "Saturday night".to_owned(),
            service: service.to_owned(),
            kind: DrillFailureKind::DeadEnd,
            at: at.to_owned(),
        }
    }

    #[test]
    fn m3_5_the_same_dead_end_is_new_once_and_a_second_one_of_the_same_drill_is_new_too() {
        let known = BTreeSet::from([failure("checkout", "cab/cab")]);
        assert_eq!(moved(&known, &known), None);
        let found = BTreeSet::from([
            failure("checkout", "cab/cab"),
            failure("checkout", "security/security"),
        ]);
        let second = moved(&known, &found).unwrap();
        assert_eq!(second.begun, [failure("checkout", "security/security")]);
        assert_eq!(second.ended, []);
    }

    #[test]
    fn m3_5_a_dead_end_that_was_mended_is_new_when_it_comes_back() {
        let known = BTreeSet::from([failure("checkout", "cab/cab")]);
        let mended = moved(&known, &BTreeSet::new()).unwrap();
        assert_eq!((mended.begun.len(), mended.ended.len()), (0, 1));
        assert_eq!(
            moved(&BTreeSet::new(), &known).unwrap().begun,
            [failure("checkout", "cab/cab")]
        );
    }

    #[test]
    fn m3_5_a_failure_says_drill_service_and_place() {
        let words = failure("checkout", "cab/cab").to_string();
        assert_eq!(words, "“Saturday night” for checkout dead-ends at cab/cab");
        let words = DrillFailure::fits_no_service("Saturday night").to_string();
        assert_eq!(words, "“Saturday night” was not run, because no service there is fits it");
    }
}
