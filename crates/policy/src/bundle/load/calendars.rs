//! Places: zones, hours and holidays.

use std::collections::BTreeMap;

use calendar::{
    Holidays, Place, SpecialDay, Week, WeekError, parse_days, parse_shifts, regions, zone,
    zone_names,
};
use domain::ids::PlaceName;
use jiff::civil::{Date, Weekday};

use super::holidays::HolidayFiles;
use super::{Complaints, unknown};
use crate::bundle::calendars::{Calendars, NamedPlace};
use crate::bundle::files::{CalendarsFile, DayText, PlaceText};
use crate::bundle::yaml::{At, Text};
use crate::diagnostic::{Finding, Span};
use crate::expr::closest;

pub(super) fn build(
    file: Option<(Text<'_>, CalendarsFile)>,
    holidays: &HolidayFiles<'_>,
    complaints: &mut Complaints,
) -> Option<Calendars> {
    let places = file.as_ref().map_or(&[][..], |(_, file)| &file.places);
    holidays.unused(places, complaints);
    let Some((text, file)) = file else { return Calendars::without_file() };
    let mut places: BTreeMap<PlaceName, NamedPlace> = BTreeMap::new();
    for place in &file.places {
        let built = build_place(text, place, holidays, complaints);
        let Some(name) = complaints.slug::<PlaceName>(text, &place.name, place.name.span) else {
            continue;
        };
        if places.contains_key(&name) {
            let message = format!("place `{name}` is declared twice");
            complaints.error(text, "duplicate_id", place.name.span, &message);
        }
        let title = place.title.clone();
        places.extend(built.map(|place| (name.clone(), NamedPlace { name, title, place })));
    }
    let declared = file.places.iter().map(|place| place.name.value.as_str());
    let default = places.values().find(|place| place.name.as_str() == file.default.value).cloned();
    if !declared.clone().any(|name| name == file.default.value) {
        complaints.add(text, unknown("place", &file.default, declared));
    }
    default.map(|default| Calendars::new(default, places))
}

fn build_place(
    text: Text<'_>,
    place: &PlaceText,
    files: &HolidayFiles<'_>,
    complaints: &mut Complaints,
) -> Option<Place> {
    let zone = zone_of(text, &place.zone, complaints);
    let week = match &place.hours {
        None => Some(Week::office()),
        Some(hours) => week_of(text, hours, place.name.span, complaints),
    };
    let holidays = holidays_of(text, &place.holidays, files, complaints);
    let special = special_days(text, &place.days, complaints);
    Some(Place::new(zone?, week?).with_holidays(holidays?).with_special_days(special))
}

pub(super) fn zone_of(
    text: Text<'_>,
    name: &At<String>,
    complaints: &mut Complaints,
) -> Option<jiff::tz::TimeZone> {
    let found = zone(name);
    if found.is_none() {
        let message = format!("there is no time zone `{}`", name.value);
        let finding = Finding::error("unknown_zone", name.span, message);
        let names = zone_names();
        complaints.add(
            text,
            finding.help(match closest(name, names.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "write an IANA name, such as `Europe/Berlin` or `UTC`".to_owned(),
            }),
        );
    }
    found
}

/// The week, or a complaint about each line that says none.
fn week_of(
    text: Text<'_>,
    hours: &BTreeMap<String, At<String>>,
    place: Span,
    complaints: &mut Complaints,
) -> Option<Week> {
    let mut week: Vec<(Weekday, Vec<calendar::Shift>)> = Vec::new();
    for (days, shifts) in hours {
        let read = parse_days(days).and_then(|days| Ok((days, parse_shifts(shifts)?)));
        match read {
            Ok((days, shifts)) => week.extend(days.into_iter().map(|day| (day, shifts.clone()))),
            Err(error) => {
                let message = match error {
                    WeekError::UnknownDay => format!("`{days}` names no days of the week"),
                    _ => format!("`{}` can't be the hours of {days}", shifts.value),
                };
                let finding = Finding::error("bad_hours", shifts.span, message);
                complaints.add(text, finding.help(error.to_string()));
                return None;
            }
        }
    }
    let built = Week::new(week).map_err(|error| {
        let finding = Finding::error("bad_hours", place, "the hours of this place can't be")
            .help(error.to_string());
        complaints.add(text, finding);
    });
    let week = built.ok()?;
    if week.is_empty() {
        let finding = Finding::error("no_hours", place, "nobody ever works at this place").help(
            "give it hours, such as `mon-fri: 09:00-17:00`; a deadline in working time would \
                 never come",
        );
        complaints.add(text, finding);
    }
    Some(week)
}

fn holidays_of(
    text: Text<'_>,
    region: &At<String>,
    files: &HolidayFiles<'_>,
    complaints: &mut Complaints,
) -> Option<Holidays> {
    if region.value == "none" {
        return Some(Holidays::default());
    }
    if region.ends_with(".ics") {
        return files.of(text, region, complaints);
    }
    let found = Holidays::of_region(region);
    if found.is_none() {
        let message = format!("there are no holidays of `{}` in the table", region.value);
        let finding = Finding::error("unknown_region", region.span, message);
        let upper = region.to_ascii_uppercase();
        let country = upper.split(['-', '_']).next().unwrap_or_default().to_owned();
        let of_country: Vec<&str> = regions()
            .map(|region| region.code)
            .filter(|code| code.split('-').next() == Some(country.as_str()))
            .collect();
        let help = if of_country.contains(&upper.as_str()) {
            format!("did you mean `{upper}`?")
        } else if of_country.is_empty() {
            "write an ISO 3166 code such as `NZ` or `DE-BY`, a file of the bundle such as \
             `holidays/nz.ics`, or `none` and list the days under `days`"
                .to_owned()
        } else {
            format!("of that country there are {}", of_country.join(", "))
        };
        complaints.add(text, finding.help(help));
    }
    found
}

fn special_days(
    text: Text<'_>,
    days: &[DayText],
    complaints: &mut Complaints,
) -> BTreeMap<Date, SpecialDay> {
    let mut special = BTreeMap::new();
    for day in days {
        let Ok(date) = day.date.parse::<Date>() else {
            let message = format!("`{}` is not a day", day.date.value);
            let finding = Finding::error("bad_date", day.date.span, message);
            complaints.add(text, finding.help("write it like `2026-12-24`"));
            continue;
        };
        let shifts = match &day.hours {
            None => Vec::new(),
            Some(hours) => match parse_shifts(hours) {
                Ok(shifts) => shifts,
                Err(error) => {
                    let message = format!("`{}` can't be the hours of a day", hours.value);
                    let finding = Finding::error("bad_hours", hours.span, message);
                    complaints.add(text, finding.help(error.to_string()));
                    continue;
                }
            },
        };
        if special.insert(date, SpecialDay { name: day.name.clone(), shifts }).is_some() {
            let message = format!("{date} stands here twice");
            complaints.error(text, "duplicate_id", day.date.span, &message);
        }
    }
    special
}
