//! A second way to say what a rule means: look at every day and ask whether it fits.

use calendar::Rule;
use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday, date};
use proptest::prelude::*;

use super::{during, recurrence};

const DAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Monday),
    ("TU", Weekday::Tuesday),
    ("WE", Weekday::Wednesday),
    ("TH", Weekday::Thursday),
    ("FR", Weekday::Friday),
    ("SA", Weekday::Saturday),
    ("SU", Weekday::Sunday),
];

/// A rule as its parts.
#[derive(Debug, Clone)]
struct Parts {
    frequency: usize,
    interval: i32,
    months: Vec<i8>,
    month_days: Vec<i8>,
    weekdays: Vec<usize>,
    nth: Option<i8>,
}

impl Parts {
    fn text(&self) -> String {
        let frequency = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"][self.frequency];
        let mut text = format!("FREQ={frequency};INTERVAL={}", self.interval);
        let list =
            |values: &[i8]| values.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        if !self.months.is_empty() {
            text += &format!(";BYMONTH={}", list(&self.months));
        }
        if !self.month_days.is_empty() {
            text += &format!(";BYMONTHDAY={}", list(&self.month_days));
        }
        if !self.weekdays.is_empty() {
            let nth = self.nth.map(|nth| nth.to_string()).unwrap_or_default();
            let days: Vec<String> =
                self.weekdays.iter().map(|day| format!("{nth}{}", DAYS[*day].0)).collect();
            text += &format!(";BYDAY={}", days.join(","));
        }
        text
    }

    /// Whether the rule, begun on `first`, takes place on `day`.
    fn fits(&self, first: Date, day: Date) -> bool {
        let monday = |day: Date| {
            day.checked_sub(i64::from(day.weekday().to_monday_zero_offset()).days()).unwrap()
        };
        let months = |day: Date| i32::from(day.year()) * 12 + i32::from(day.month());
        let apart = match self.frequency {
            0 => (day - first).get_days(),
            1 => (monday(day) - monday(first)).get_days() / 7,
            2 => months(day) - months(first),
            _ => i32::from(day.year() - first.year()),
        };
        let weekday = self.weekdays.iter().any(|wanted| DAYS[*wanted].1 == day.weekday());
        let month_day = |day: Date| {
            let from_end = day.day() - day.days_in_month() - 1;
            self.month_days.contains(&day.day()) || self.month_days.contains(&from_end)
        };
        let in_month = self.frequency == 2 || !self.months.is_empty();
        let nth = self.nth.is_none_or(|nth| {
            let (before, after) = if in_month {
                (day.day() - 1, day.days_in_month() - day.day())
            } else {
                return if nth > 0 {
                    (day.day_of_year() - 1) / 7 + 1 == i16::from(nth)
                } else {
                    (day.days_in_year() - day.day_of_year()) / 7 + 1 == -i16::from(nth)
                };
            };
            if nth > 0 { before / 7 + 1 == nth } else { after / 7 + 1 == -nth }
        });
        let default = self.month_days.is_empty() && self.weekdays.is_empty();
        let by_default = match self.frequency {
            0 => true,
            1 => day.weekday() == first.weekday(),
            2 => day.day() == first.day(),
            _ => {
                day.day() == first.day()
                    && (!self.months.is_empty() || day.month() == first.month())
            }
        };
        day >= first
            && apart % self.interval == 0
            && (self.months.is_empty() || self.months.contains(&day.month()))
            && (self.month_days.is_empty() || month_day(day))
            && (self.weekdays.is_empty() || (weekday && nth))
            && (!default || by_default)
    }
}

fn parts() -> impl Strategy<Value = Parts> {
    let month_day = prop_oneof![1i8..=31, -31i8..=-1];
    let lists = (
        proptest::collection::vec(1i8..=12, 0..3),
        proptest::collection::vec(month_day, 0..3),
        proptest::collection::vec(0usize..7, 0..3),
    );
    let nth = proptest::option::of(prop_oneof![1i8..=5, -5i8..=-1]);
    (0usize..4, 1i32..4, lists, nth).prop_map(|(frequency, interval, lists, nth)| {
        let (months, mut month_days, weekdays) = lists;
        if frequency == 1 {
            month_days.clear();
        }
        // The standard leaves open what a numbered day means beside a day of the month.
        let nth = nth.filter(|_| frequency > 1 && month_days.is_empty() && !weekdays.is_empty());
        Parts { frequency, interval, months, month_days, weekdays, nth }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn m1_6_a_rule_takes_place_on_the_days_that_fit_it(
        parts in parts(), ahead in 0i64..700, look in 0i64..1200
    ) {
        let first = date(2026, 1, 1) + ahead.days();
        let text = parts.text();
        let recurrence = recurrence(&format!("{first}T12:00:00"), "UTC", &text);
        let from = first + look.days();
        let days = from.series(1.day()).take(800).filter(|day| parts.fits(first, *day));
        let wanted: Vec<Date> = days.collect();
        let to = from + 800.days();
        let found = recurrence
            .occurrences(during(&format!("{from}T00:00:00Z"), &format!("{to}T00:00:00Z")))
            .unwrap();
        let found: Vec<Date> =
            found.into_iter().map(|at| recurrence.zone().to_datetime(at).date()).collect();
        prop_assert_eq!(found, wanted, "{}", text);
    }

    #[test]
    fn m1_6_a_rule_written_again_is_the_same_rule(parts in parts()) {
        let rule: Rule = parts.text().parse().unwrap();
        prop_assert_eq!(rule.to_string().parse(), Ok(rule));
    }
}
