//! Working time compared with a definition that is too slow and too simple to be wrong: minute by
//! minute, looking at the clock on the wall.

use calendar::{Place, Shift, Week, zone};
use jiff::civil::{DateTime, Weekday, time};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::at;

/// Zones and a moment near which their clocks are changed.
const CHANGES: [(&str, &str); 16] = [
    ("Europe/Berlin", "2026-03-29T01:00:00Z"),
    ("Europe/Berlin", "2026-10-25T01:00:00Z"),
    ("America/New_York", "2026-11-01T06:00:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
    ("Australia/Lord_Howe", "2026-10-03T15:30:00Z"),
    ("Pacific/Chatham", "2026-09-26T14:00:00Z"),
    ("Africa/Casablanca", "2026-02-15T02:00:00Z"),
    ("Africa/Cairo", "2026-10-29T21:00:00Z"),
    ("Asia/Beirut", "2026-03-28T22:00:00Z"),
    ("America/Havana", "2026-11-01T05:00:00Z"),
    ("America/Sao_Paulo", "2018-02-18T02:00:00Z"),
    ("America/Sao_Paulo", "2018-11-04T03:00:00Z"),
    ("America/St_Johns", "2010-11-07T02:31:00Z"),
    ("Antarctica/Troll", "2026-03-29T01:00:00Z"),
    ("Pacific/Apia", "2011-12-30T10:00:00Z"),
    ("Asia/Kathmandu", "2026-01-01T00:00:00Z"),
];

const BEFORE: i64 = 5 * 1440;
const MINUTES: i64 = 11 * 1440;

/// Which minutes around a moment are worked, the first one being `BEFORE` minutes earlier.
struct Minutes {
    first: Timestamp,
    worked: Vec<bool>,
}

impl Minutes {
    fn look(place: &Place, around: Timestamp) -> Self {
        let first = around - SignedDuration::from_mins(BEFORE);
        let clock: Vec<DateTime> = (0..MINUTES)
            .map(|minute| place.zone().to_datetime(first + SignedDuration::from_mins(minute)))
            .collect();
        let shown = |wanted: DateTime| clock.iter().position(|shown| *shown >= wanted);
        let mut worked = vec![false; clock.len()];
        let day = clock[0].date();
        for ahead in 0..12 {
            let day = day.checked_add(jiff::Span::new().days(ahead)).unwrap();
            for shift in place.week().on(day.weekday()) {
                let midnight = day.at(0, 0, 0, 0);
                let minute = |minutes: u16| midnight + SignedDuration::from_mins(minutes.into());
                let (start, end) = (shown(minute(shift.start())), shown(minute(shift.end())));
                let end = end.unwrap_or(clock.len());
                worked[start.unwrap_or(end).min(end)..end].fill(true);
            }
        }
        Self { first, worked }
    }

    fn moment(&self, minute: usize) -> Timestamp {
        self.first + SignedDuration::from_mins(i64::try_from(minute).unwrap())
    }
}

fn shifts() -> impl Strategy<Value = Vec<Shift>> {
    // Three cuts of the day: none, one, or two shifts; the last may run over midnight.
    (0u16..1440, 1u16..500, 1u16..400, 1u16..600, 0u8..4).prop_filter_map(
        "one must end",
        |(start, long, pause, more, kind)| {
            let clock = |minute: u16| {
                let minute = minute % 1440;
                time((minute / 60).try_into().unwrap(), (minute % 60).try_into().unwrap(), 0, 0)
            };
            let first = Shift::new(clock(start), clock(start + long)).ok()?;
            let second = start + long + pause;
            match kind {
                0 => Some(Vec::new()),
                1 if second < 1440 => {
                    Some(vec![first, Shift::new(clock(second), clock(second + more)).ok()?])
                }
                _ => Some(vec![first]),
            }
        },
    )
}

fn week() -> impl Strategy<Value = Week> {
    proptest::collection::vec(shifts(), 7).prop_filter_map("no overlaps", |days| {
        Week::new(Weekday::Monday.cycle_forward().zip(days)).ok()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn m1_6_working_time_agrees_with_a_walk_over_every_minute(
        which in 0..CHANGES.len(), week in week(), from in 2 * 1440usize..9 * 1440, length in 1usize..1440
    ) {
        let (name, around) = CHANGES[which];
        let place = Place::new(zone(name).unwrap(), week);
        let minutes = Minutes::look(&place, at(around));
        let (start, until) = (minutes.moment(from), minutes.moment(from + length));
        prop_assert_eq!(place.is_working(start).unwrap(), minutes.worked[from]);
        let worked = minutes.worked[from..from + length].iter().filter(|worked| **worked).count();
        let worked = SignedDuration::from_mins(i64::try_from(worked).unwrap());
        prop_assert_eq!(place.working_between(start, until).unwrap(), worked);
        prop_assert_eq!(place.working_between(until, start).unwrap(), -worked);
        if let Some(next) = minutes.worked[from..].iter().position(|worked| *worked) {
            prop_assert_eq!(place.next_working(start).unwrap(), minutes.moment(from + next));
        }
        if worked > SignedDuration::ZERO {
            let there = place.add_working(start, worked).unwrap();
            let last = minutes.worked[from..from + length].iter().rposition(|worked| *worked);
            prop_assert_eq!(there, minutes.moment(from + last.unwrap() + 1));
            let back = place.add_working(until, -worked).unwrap();
            let first = minutes.worked[from..].iter().position(|worked| *worked);
            prop_assert_eq!(back, minutes.moment(from + first.unwrap()));
        }
    }
}
