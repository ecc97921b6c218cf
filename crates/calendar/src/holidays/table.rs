//! The table of holidays that is built in: `data/holidays.txt`, from the Python package `holidays`.
//!
//! One section per region; a subdivision holds what differs from its country.

use std::collections::BTreeMap;

use jiff::civil::Date;

const TABLE: &str = include_str!("../../data/holidays.txt");

/// A region of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// ISO 3166 code, such as `NZ` or `DE-BY`.
    pub code: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// The last year for which its holidays are known.
    pub until: i16,
}

/// All regions, by code.
pub fn regions() -> impl Iterator<Item = Region> {
    TABLE.lines().filter_map(section)
}

/// The first and the last year of the table.
pub(super) fn years() -> (i16, i16) {
    let line = TABLE.lines().find_map(|line| line.strip_prefix("years\t"));
    let both = line.and_then(|years| years.split_once(' '));
    let number = |text: &str| text.parse().unwrap_or_default();
    both.map_or((0, 0), |(from, until)| (number(from), number(until)))
}

/// A region and its days with their names; `None` when there is no such region.
pub(super) fn days(code: &str) -> Option<(Region, BTreeMap<Date, String>)> {
    let region = regions().find(|region| region.code == code)?;
    let mut days = BTreeMap::new();
    if let Some((country, _)) = code.split_once('-') {
        apply(country, &mut days);
    }
    apply(code, &mut days);
    Some((region, days))
}

fn section(line: &'static str) -> Option<Region> {
    let (code, name) = line.strip_prefix('[')?.split_once("]\t")?;
    let (name, until) = match name.split_once('\t') {
        Some((name, until)) => (name, until.parse().ok()?),
        None => (name, years().1),
    };
    Some(Region { code, name, until })
}

fn code_of(line: &str) -> Option<&str> {
    line.strip_prefix('[')?.split_once(']').map(|(code, _)| code)
}

fn apply(code: &str, days: &mut BTreeMap<Date, String>) {
    let lines = TABLE
        .lines()
        .skip_while(|line| code_of(line) != Some(code))
        .skip(1)
        .take_while(|line| code_of(line).is_none());
    for (name, dates) in lines.filter_map(|line| line.split_once('\t')) {
        for day in dates.split(' ').flat_map(dates_of) {
            match name.strip_prefix('-') {
                Some(_) => days.remove(&day),
                None => days.insert(day, name.to_owned()),
            };
        }
    }
}

/// `*MMDD` is a day of every year, `YYMMDD` one day.
fn dates_of(word: &str) -> Vec<Date> {
    let (from, until) = years();
    let pair = |at: usize, of: &str| of.get(at..at + 2).and_then(|pair| pair.parse::<i8>().ok());
    let date =
        |year: i16, month_day: &str| Date::new(year, pair(0, month_day)?, pair(2, month_day)?).ok();
    match word.strip_prefix('*') {
        Some(month_day) => (from..=until).filter_map(|year| date(year, month_day)).collect(),
        None => {
            let year = pair(0, word).map(|year| 2000 + i16::from(year));
            year.and_then(|year| date(year, word.get(2..)?)).into_iter().collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A word of the table that can't be read would be a holiday that is silently lost.
    #[test]
    fn every_line_of_the_table_is_read() {
        let (from, until) = years();
        assert_eq!((from, until), (2025, 2031));
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            if section(line).is_some() || line.starts_with("years\t") {
                continue;
            }
            let (name, dates) = line.split_once('\t').expect(line);
            assert!(!name.trim_start_matches('-').is_empty(), "{line}");
            for word in dates.split(' ') {
                let wanted = if word.starts_with('*') { 7 } else { 1 };
                let days = dates_of(word);
                assert_eq!(days.len(), wanted, "{line}");
                assert!(days.iter().all(|day| (from..=until).contains(&day.year())), "{line}");
            }
        }
    }

    #[test]
    fn codes_are_unique_and_every_subdivision_has_its_country() {
        let codes: std::collections::BTreeSet<_> = regions().map(|region| region.code).collect();
        assert_eq!(codes.len(), regions().count());
        assert!(codes.len() > 500);
        for code in &codes {
            let country = code.split('-').next().unwrap();
            assert!(codes.contains(country), "{code}");
        }
    }
}
