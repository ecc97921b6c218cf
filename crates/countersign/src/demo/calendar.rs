//! When people work: nine to six on weekdays, where they live.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned};

use super::chance::Chance;

const FIRST_HOUR: i8 = 9;
const LAST_HOUR: i8 = 18;

/// So many minutes after (or before) a time.
#[must_use]
pub fn minutes(at: Timestamp, minutes: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_mins(minutes)).unwrap_or(at)
}

/// So many seconds after a time.
#[must_use]
pub fn seconds(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(at)
}

/// The first time at or after `at` at which somebody in this zone works, and a little later.
#[must_use]
pub fn at_work(at: Timestamp, zone: &TimeZone, chance: &mut Chance) -> Timestamp {
    let mut local = at.to_zoned(zone.clone());
    // A weekend and an evening are three steps; more would be an error of this loop.
    for _ in 0..4 {
        if matches!(local.weekday(), Weekday::Saturday | Weekday::Sunday)
            || local.hour() >= LAST_HOUR
        {
            local = morning(&local, 1, chance);
        } else if local.hour() < FIRST_HOUR {
            local = morning(&local, 0, chance);
        } else {
            break;
        }
    }
    local.timestamp()
}

/// After nine on the day so many days later.
fn morning(local: &Zoned, days_later: i32, chance: &mut Chance) -> Zoned {
    let day = local.checked_add(days_later.days()).unwrap_or_else(|_| local.clone()).date();
    let minute = i8::try_from(chance.between(0, 55)).unwrap_or(0);
    day.at(FIRST_HOUR, minute, 0, 0)
        .to_zoned(local.time_zone().clone())
        .unwrap_or_else(|_| local.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_works_at_night_or_on_sundays() {
        let zone = TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC);
        let mut chance = Chance::new(1);
        for hours in 0..24 * 14 {
            let start = Timestamp::from_second(1_790_000_000 + hours * 3_600).unwrap();
            let local = at_work(start, &zone, &mut chance).to_zoned(zone.clone());
            assert!((FIRST_HOUR..LAST_HOUR).contains(&local.hour()), "{local}");
            assert!(!matches!(local.weekday(), Weekday::Saturday | Weekday::Sunday), "{local}");
            assert!(local.timestamp() >= start, "{local}");
        }
    }
}
