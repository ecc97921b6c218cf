//! Freezes and maintenance windows, and the calendars that working time is counted by.

use domain::event::PolicyFile;
use domain::freeze::{Freeze, FreezeTerms};
use domain::maintenance::MaintenanceWindow;
use jiff::Timestamp;

use super::order::{no_wider, only};
use super::{Pair, Reasons};
use crate::bundle::load::{Freezes, is_holiday_file};
use crate::bundle::windows::{RecurringFreeze, RecurringWindow};

/// Where working hours and holidays stand.
const CALENDARS: &str = "calendars.yaml";

impl Pair<'_> {
    /// Whether spans of working time may be others.
    pub(super) fn moves_working_time(&self) -> bool {
        let of_time = |file: &&PolicyFile| file.path == CALENDARS || is_holiday_file(&file.path);
        let (after, before) = (self.after.files.iter(), self.before.files.iter());
        !after.filter(of_time).eq(before.filter(of_time))
    }
}

pub(super) fn compare(pair: &Pair<'_>, now: Timestamp, found: &mut Reasons) {
    freezes(&pair.after.freezes, &pair.before.freezes, now, found);
    let (after, before) = (&pair.after.maintenance, &pair.before.maintenance);
    // Where none was asked for, any is a restriction; among several, one more is one more chance.
    let same = |(one, other): (&RecurringWindow, &RecurringWindow)| same_window(one, other);
    let same = after.len() == before.len() && after.iter().zip(before).all(same);
    found.when(!before.is_empty() && !same, || {
        "maintenance windows differ, so there may be other times to deploy".to_owned()
    });
}

fn freezes(after: &Freezes, before: &Freezes, now: Timestamp, found: &mut Reasons) {
    let Freezes { list, again, ad_hoc } = after;
    let gone = |id: &str| format!("freeze `{id}` is gone, or others and other times are frozen");
    for freeze in before.list.iter().filter(|freeze| now < freeze.until) {
        let kept = list.iter().any(|known| same_freeze(known, freeze));
        found.when(!kept, || gone(&freeze.id));
    }
    for RecurringFreeze { freeze, times } in &before.again {
        let kept =
            again.iter().any(|known| known.times == *times && same_freeze(&known.freeze, freeze));
        found.when(!kept, || gone(&freeze.id));
    }
    let fewer = before
        .ad_hoc
        .as_ref()
        .is_some_and(|before| ad_hoc.as_ref().is_none_or(|after| !declares(after, before)));
    found.when(fewer, || "fewer people declare a freeze at once, or others lift it".to_owned());
}

/// Whether whoever could declare a freeze still can, for as long, and nobody else makes exceptions.
fn declares(after: &FreezeTerms, before: &FreezeTerms) -> bool {
    let FreezeTerms { roles, approvers, reach, longest_minutes, rule: _ } = after;
    only(&before.roles, roles)
        && only(approvers, &before.approvers)
        && no_wider(*reach, before.reach)
        && *longest_minutes >= before.longest_minutes
}

/// The same but for its words and where it stands in the files.
fn same_freeze(one: &Freeze, other: &Freeze) -> bool {
    let Freeze { title, reason, rule, .. } = other.clone();
    Freeze { title, reason, rule, ..one.clone() } == *other
}

fn same_window(one: &RecurringWindow, other: &RecurringWindow) -> bool {
    let MaintenanceWindow { title, rule, .. } = other.window.clone();
    one.times == other.times
        && MaintenanceWindow { title, rule, ..one.window.clone() } == other.window
}
