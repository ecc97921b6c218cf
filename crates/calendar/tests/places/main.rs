//! Places: working time across every change of the clocks.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod brute_force;
mod holiday_file;
mod holidays;
mod zones;

use calendar::{Place, Week, parse_days, parse_shifts, zone};
use jiff::Timestamp;

/// A place from hours as they are written in policy.
fn place(zone_name: &str, hours: &[(&str, &str)]) -> Place {
    let mut week = Vec::new();
    for (days, shifts) in hours {
        for day in parse_days(days).unwrap() {
            week.push((day, parse_shifts(shifts).unwrap()));
        }
    }
    Place::new(zone(zone_name).expect(zone_name), Week::new(week).unwrap())
}

fn at(text: &str) -> Timestamp {
    text.parse().expect(text)
}
