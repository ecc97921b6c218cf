//! The days a rule picks from one of its periods.

use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan as _};

use super::rule::{Frequency, NthDay, Rule};

impl Rule {
    /// How many whole periods can be skipped without missing a day from `from` on.
    pub(super) fn periods_before(&self, first: Date, from: Date) -> u32 {
        let days = i64::from((from - first).get_days()) - 1;
        let months = (i64::from(from.year()) - i64::from(first.year())) * 12
            + i64::from(from.month())
            - i64::from(first.month());
        let units = match self.frequency {
            Frequency::Daily => days,
            Frequency::Weekly => days / 7 - 1,
            Frequency::Monthly => months - 1,
            Frequency::Yearly => months / 12 - 1,
        };
        u32::try_from(units / i64::from(self.interval)).unwrap_or(0)
    }

    /// The day a period begins on; `None` past the end of the calendar.
    pub(super) fn begin_of(&self, first: Date, period: u32) -> Option<Date> {
        let units = i64::from(period) * i64::from(self.interval);
        let (first, ahead) = match self.frequency {
            Frequency::Daily => (first, Span::new().try_days(units)),
            Frequency::Weekly => {
                let into_week = i64::from(first.weekday().since(self.week_start));
                (first, Span::new().try_days(units * 7 - into_week))
            }
            Frequency::Monthly => (first.first_of_month(), Span::new().try_months(units)),
            Frequency::Yearly => (first.first_of_year(), Span::new().try_years(units)),
        };
        first.checked_add(ahead.ok()?).ok()
    }

    /// The days of the period that begins on a day, in order.
    pub(super) fn days_of(&self, first: Date, begin: Date) -> Vec<Date> {
        let mut days = match self.frequency {
            Frequency::Daily => self.keep(vec![begin]),
            Frequency::Weekly => self.week(first, begin),
            Frequency::Monthly if self.in_months(begin) => self.month(begin, first.day()),
            Frequency::Monthly => Vec::new(),
            Frequency::Yearly => self.year(begin, first),
        };
        days.sort_unstable();
        days.dedup();
        self.at_positions(days)
    }

    fn week(&self, first: Date, begin: Date) -> Vec<Date> {
        let wanted = |day: &Date| match self.by_day.as_slice() {
            [] => day.weekday() == first.weekday(),
            by_day => by_day.iter().any(|by| by.weekday == day.weekday()),
        };
        let days = begin.series(1.day()).take(7);
        days.filter(|day| wanted(day) && self.in_months(*day)).collect()
    }

    /// The days of a month; without any other part, the one with the number of the first day.
    fn month(&self, month: Date, number: i8) -> Vec<Date> {
        let length = month.days_in_month();
        let numbered = |number: i8| {
            let number = if number < 0 { length + 1 + number } else { number };
            Date::new(month.year(), month.month(), number).ok()
        };
        match (self.by_month_day.as_slice(), self.by_day.as_slice()) {
            ([], []) => numbered(number).into_iter().collect(),
            ([], by_day) => {
                let (from, to) = (month.first_of_month(), month.last_of_month());
                by_day.iter().flat_map(|by| nth_days(*by, from, to)).collect()
            }
            (by_month_day, by_day) => {
                let (from, to) = (month.first_of_month(), month.last_of_month());
                let wanted = |day: &Date| {
                    by_day.is_empty()
                        || by_day.iter().any(|by| nth_days(*by, from, to).contains(day))
                };
                by_month_day.iter().filter_map(|n| numbered(*n)).filter(wanted).collect()
            }
        }
    }

    fn year(&self, year: Date, first: Date) -> Vec<Date> {
        let months = |wanted: &dyn Fn(i8) -> bool| -> Vec<Date> {
            let numbers = (1..=12).filter(|month| wanted(*month));
            let months = numbers.filter_map(|month| Date::new(year.year(), month, 1).ok());
            months.flat_map(|month| self.month(month, first.day())).collect()
        };
        if !self.by_month.is_empty() {
            return months(&|month| self.by_month.contains(&month));
        }
        if !self.by_month_day.is_empty() {
            return months(&|_| true);
        }
        if self.by_day.is_empty() {
            return months(&|month| month == first.month());
        }
        let (from, to) = (year.first_of_year(), year.last_of_year());
        self.by_day.iter().flat_map(|by| nth_days(*by, from, to)).collect()
    }

    /// For a daily rule every other part only takes days away.
    fn keep(&self, days: Vec<Date>) -> Vec<Date> {
        let wanted = |day: &Date| {
            let from_end = day.day() - day.days_in_month() - 1;
            let numbers = &self.by_month_day;
            self.in_months(*day)
                && (numbers.is_empty()
                    || numbers.contains(&day.day())
                    || numbers.contains(&from_end))
                && (self.by_day.is_empty()
                    || self.by_day.iter().any(|by| by.weekday == day.weekday()))
        };
        days.into_iter().filter(wanted).collect()
    }

    fn in_months(&self, day: Date) -> bool {
        self.by_month.is_empty() || self.by_month.contains(&day.month())
    }

    fn at_positions(&self, days: Vec<Date>) -> Vec<Date> {
        if self.by_set_pos.is_empty() {
            return days;
        }
        let mut picked: Vec<Date> =
            self.by_set_pos.iter().filter_map(|position| nth(&days, *position)).collect();
        picked.sort_unstable();
        picked.dedup();
        picked
    }
}

/// The days of the week between two days, or the n-th of them.
fn nth_days(by: NthDay, from: Date, to: Date) -> Vec<Date> {
    let days: Vec<Date> = from
        .series(1.day())
        .skip_while(|day| day.weekday() != by.weekday)
        .step_by(7)
        .take_while(|day| *day <= to)
        .collect();
    match by.nth {
        None => days,
        Some(position) => nth(&days, position).into_iter().collect(),
    }
}

/// The n-th of some days from 1; negative ones count from the end.
fn nth(days: &[Date], position: i16) -> Option<Date> {
    let index = usize::from(position.unsigned_abs()).checked_sub(1)?;
    let found = if position > 0 { days.get(index) } else { days.iter().rev().nth(index) };
    found.copied()
}

/// All seven, from Monday.
pub(super) const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Monday),
    ("TU", Weekday::Tuesday),
    ("WE", Weekday::Wednesday),
    ("TH", Weekday::Thursday),
    ("FR", Weekday::Friday),
    ("SA", Weekday::Saturday),
    ("SU", Weekday::Sunday),
];
