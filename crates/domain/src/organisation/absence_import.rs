//! Absences from somebody's calendar: what importing it changes.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Directory;
use crate::ids::{AbsenceId, PersonId};
use crate::refusal::Refusal;

/// Absences one import may enter.
const MOST: usize = 500;

/// A span in which the owner of a calendar is away.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CalendarSpan {
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// The event it is of.
    pub origin: String,
}

/// What an import changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AbsenceImport {
    /// What is entered.
    pub entered: Vec<CalendarSpan>,
    /// What an event of the calendar stood for before, and does not any more.
    pub cancelled: Vec<AbsenceId>,
    /// How many are there already.
    pub kept: usize,
}

impl Directory {
    /// What importing a calendar changes: every span of it that is not there yet is entered, and what one of
    /// its events (`events`) stood for before and does not any more is taken back. The same calendar again
    /// changes nothing.
    ///
    /// # Errors
    /// It is another's and they are no admin, the person is not active, or there are too many.
    pub fn import_absences(
        &self,
        person: &PersonId,
        by: &PersonId,
        (spans, events): (&[CalendarSpan], &BTreeSet<String>),
        now: Timestamp,
    ) -> Result<AbsenceImport, Refusal> {
        self.own_or_admin(person, by, "import absences of somebody else")?;
        if !self.is_active(person) {
            return Err(Refusal::NotActive { person: person.clone() });
        }
        self.merge_absences(person, spans, |origin| events.contains(origin), now)
    }

    /// What a calendar changes: spans that are not there are entered, and what has an origin that it keeps
    /// and is not among them is taken back.
    pub(super) fn merge_absences(
        &self,
        person: &PersonId,
        spans: &[CalendarSpan],
        keeps: impl Fn(&str) -> bool,
        now: Timestamp,
    ) -> Result<AbsenceImport, Refusal> {
        let spans: BTreeSet<&CalendarSpan> = spans.iter().filter(|s| now < s.until).collect();
        let known = self.absences_of(person);
        let mut import = AbsenceImport::default();
        let mut seen = BTreeSet::new();
        for span in spans.iter().filter(|span| seen.insert((span.from, span.until))) {
            match known.iter().any(|a| (a.from, a.until) == (span.from, span.until)) {
                true => import.kept += 1,
                false => import.entered.push((*span).clone()),
            }
        }
        if import.entered.len() > MOST {
            let message = "it has more than 500 absences; import a calendar of absences alone";
            return Err(Refusal::field("calendar", message));
        }
        let stale = known.iter().filter(|a| {
            a.origin.as_deref().is_some_and(&keeps)
                && now < a.until
                && !seen.contains(&(a.from, a.until))
        });
        import.cancelled = stale.map(|a| a.id.clone()).collect();
        Ok(import)
    }
}
