//! Recurrences: the standard's own examples, a brute force, and vectors of another implementation.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod brute_force;
mod clocks;
mod refused;
mod vectors;

use calendar::{Recurrence, Rule, Span, zone};
use jiff::Timestamp;

fn rule(text: &str) -> Rule {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn recurrence(start: &str, zone_name: &str, rule_text: &str) -> Recurrence {
    Recurrence::new(
        start.parse().expect(start),
        zone(zone_name).expect(zone_name),
        Some(rule(rule_text)),
    )
}

fn during(from: &str, to: &str) -> Span {
    let at = |text: &str| -> Timestamp { text.parse().expect(text) };
    Span { start: at(from), end: at(to) }
}
