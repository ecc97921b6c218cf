//! When quiet hours end.

use domain::notification::{Preferences, QuietHours};
use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// Until when a mail to somebody in this zone is held back; `None` when it may go now.
pub(crate) fn held_until(
    preferences: &Preferences,
    zone: &str,
    now: Timestamp,
    urgent: bool,
) -> Option<Timestamp> {
    let quiet = preferences.quiet.filter(|_| !(urgent && preferences.urgent_always));
    quiet_until(quiet?, zone, now)
}

/// The end of the quiet hours that `now` lies in; `None` outside of them, or in a zone nobody knows.
fn quiet_until(quiet: QuietHours, zone: &str, now: Timestamp) -> Option<Timestamp> {
    let zone = TimeZone::get(zone).ok()?;
    let local = now.to_zoned(zone);
    let minute = u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).ok()?;
    let inside = if quiet.from < quiet.until {
        (quiet.from..quiet.until).contains(&minute)
    } else {
        minute >= quiet.from || minute < quiet.until
    };
    if !inside {
        return None;
    }
    let day = if minute < quiet.until { local.date() } else { local.date().tomorrow().ok()? };
    let hour = i8::try_from(quiet.until / 60).ok()?;
    let time = Time::new(hour, i8::try_from(quiet.until % 60).ok()?, 0, 0).ok()?;
    let end = day.to_datetime(time).to_zoned(local.time_zone().clone()).ok()?;
    // An hour that a change of the clocks leaves out ends later, never before now.
    let end = end.timestamp();
    if end > now { Some(end) } else { now.checked_add(1.minute()).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn until(from: u16, until: u16, zone: &str, now: &str) -> Option<String> {
        let now: Timestamp = now.parse().unwrap();
        quiet_until(QuietHours { from: from * 60, until: until * 60 }, zone, now)
            .map(|end| end.to_string())
    }

    #[test]
    fn m1_6_quiet_hours_are_those_of_the_persons_own_clock() {
        let berlin = |now| until(21, 7, "Europe/Berlin", now);
        assert_eq!(berlin("2026-11-27T19:59:00Z"), None);
        assert_eq!(berlin("2026-11-27T20:00:00Z").unwrap(), "2026-11-28T06:00:00Z");
        assert_eq!(berlin("2026-11-28T05:59:59Z").unwrap(), "2026-11-28T06:00:00Z");
        assert_eq!(berlin("2026-11-28T06:00:00Z"), None);
        // Summer time begins on 29 March 2026: seven o'clock is an hour earlier in UTC.
        assert_eq!(berlin("2026-03-28T22:00:00Z").unwrap(), "2026-03-29T05:00:00Z");
        assert_eq!(
            until(12, 14, "Asia/Kolkata", "2026-11-27T07:00:00Z").unwrap(),
            "2026-11-27T08:30:00Z"
        );
        assert_eq!(until(12, 14, "Nowhere/Land", "2026-11-27T07:00:00Z"), None);
    }
}
