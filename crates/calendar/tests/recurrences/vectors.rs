//! Four hundred rules as python-dateutil understands them; `vectors.py` wrote the file.

use jiff::civil::Date;

use super::{during, recurrence};

#[test]
fn m1_6_rules_mean_what_another_implementation_reads_in_them() {
    for row in include_str!("vectors.txt").lines() {
        let mut columns = row.split('\t');
        let mut column = || columns.next().expect(row);
        let (start, zone, rule, dates) = (column(), column(), column(), column());
        let recurrence = recurrence(start, zone, rule);
        let wanted: Vec<Date> = dates
            .split(',')
            .filter(|date| !date.is_empty())
            .map(|date| Date::strptime("%Y%m%d", date).unwrap())
            .collect();
        let found =
            recurrence.occurrences(during("2025-12-30T00:00:00Z", "2030-01-02T00:00:00Z")).unwrap();
        let found: Vec<Date> = found
            .into_iter()
            .map(|at| recurrence.zone().to_datetime(at).date())
            .filter(|day| day.year() < 2030)
            .take(16)
            .collect();
        assert_eq!(found, wanted, "{row}");
        // Beginning anywhere else finds the same.
        for from in ["2027-03-01T00:00:00Z", "2028-12-31T23:59:59Z"] {
            let some = recurrence.occurrences(during(from, "2030-01-02T00:00:00Z")).unwrap();
            let all =
                recurrence.occurrences(during("2025-12-30T00:00:00Z", "2030-01-02T00:00:00Z"));
            let from = from.parse().unwrap();
            let all: Vec<_> = all.unwrap().into_iter().filter(|at| *at >= from).collect();
            assert_eq!(some, all, "{row}");
            let next = recurrence.next_at_or_after(from);
            // A rule that is over far in the past, or never again, may take too many steps to say so.
            if let (Ok(next), Some(first)) = (next, all.first()) {
                assert_eq!(next, Some(*first), "{row}");
            }
        }
    }
}
