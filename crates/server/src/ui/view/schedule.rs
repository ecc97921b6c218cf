//! The earliest safe start in words.

use app::change::Explained;
use console::pages::change::{ConflictView, ScheduleBound, ScheduleView};
use console::view::Link;
use domain::conflict::Conflict;
use domain::scheduling::{Bound, Schedule};

use super::reader::Reader;
use crate::wire::Names;

/// When the change can start.
pub(crate) fn of_change(reader: &Reader<'_>, explained: &Explained) -> Option<ScheduleView> {
    Some(view(reader, explained.schedule.as_ref()?))
}

/// A schedule, each bound with its time for the reader and for who answers.
pub(crate) fn view(reader: &Reader<'_>, schedule: &Schedule) -> ScheduleView {
    let there = |bound: &Bound| {
        let zone = calendar::zone(bound.zone.as_deref()?)?;
        let local = bound.at?.to_zoned(zone).strftime("%a %H:%M").to_string();
        Some(format!("{local} in {}", bound.zone.as_deref()?.replace('_', " ")))
    };
    ScheduleView {
        earliest: schedule.earliest.map(|at| reader.moment(at)),
        trouble: schedule.trouble.clone(),
        bounds: schedule
            .bounds
            .iter()
            .map(|bound| ScheduleBound {
                what: bound.what.clone(),
                at: bound.at.map(|at| reader.moment(at)),
                there: there(bound).unwrap_or_default(),
            })
            .collect(),
    }
}

/// Other changes in the way.
pub(crate) fn conflicts(reader: &Reader<'_>, found: &[Conflict]) -> Vec<ConflictView> {
    let names = Names::new(reader.directory);
    let one = |from: &Conflict| ConflictView {
        change: Link::new(from.number.to_string(), format!("/changes/{}", from.number)),
        why: names.conflict_words(&from.kind),
        from: reader.moment(from.during.from),
        until: reader.moment(from.during.until),
    };
    found.iter().map(one).collect()
}
