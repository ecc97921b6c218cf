//! Absences from an iCalendar file (RFC 5545): looked at first, then recorded.

use std::collections::{BTreeMap, BTreeSet};

use calendar::Span;
use calendar::ical::{Feed, read_feed};
use domain::ids::{AbsenceId, PersonId};
use domain::organisation::{Absence, AbsenceImport, CalendarSpan, OrganisationEvent};
use domain::refusal::Refusal;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use store::Stream;

use crate::journal::OrganisationPlan;
use crate::principal::Principal;
use crate::{App, AppError, Live};

/// How far ahead what comes again is entered.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 400);
/// What is shorter is a meeting.
const SHORTEST: SignedDuration = SignedDuration::from_hours(2);

/// A calendar to import.
#[derive(Debug, Clone)]
pub struct CalendarDraft {
    /// Whose absences.
    pub person: PersonId,
    /// The file.
    pub calendar: String,
    /// Whether to record what it changes; else it is only said.
    pub record: bool,
}

/// What a calendar changes, or has changed.
#[derive(Debug, Clone, Default)]
pub struct CalendarImport {
    /// What is entered, each with the title of its event, which is not recorded.
    pub entered: Vec<(CalendarSpan, String)>,
    /// What is taken back, because its event was moved or called off.
    pub cancelled: Vec<Absence>,
    /// How many are there already.
    pub kept: usize,
    /// Events shorter than two hours.
    pub short: usize,
    /// What of the file was not understood, each with its line.
    pub skipped: Vec<(usize, String)>,
}

impl App {
    /// Imports absences of a calendar: for oneself, or as an admin for somebody else.
    ///
    /// # Errors
    /// They may not, or the file is no calendar, is empty, or holds too much.
    pub async fn import_absences(
        &self,
        principal: &Principal,
        draft: &CalendarDraft,
    ) -> Result<CalendarImport, AppError> {
        let by = principal.acting_person("import absences")?;
        let recorded = self
            .organisation_action(&principal.actor, |live, now| {
                let read = Read::of((&draft.calendar, "ics:"), &draft.person, live, now)?;
                read.check_any()?;
                let events = (read.spans.as_slice(), &read.events);
                let plan = live.directory.import_absences(&draft.person, by, events, now)?;
                let events = match draft.record {
                    true => self.absence_events(&plan, &draft.person, now),
                    false => Vec::new(),
                };
                let value = read.import(plan, live);
                Ok(OrganisationPlan { events, writes: Vec::new(), value })
            })
            .await?;
        Ok(recorded.value)
    }

    pub(super) fn absence_events(
        &self,
        plan: &AbsenceImport,
        person: &PersonId,
        now: Timestamp,
    ) -> Vec<(Stream, domain::event::Event)> {
        let enter = |span: &CalendarSpan| {
            OrganisationEvent::AbsenceEntered(Absence {
                id: AbsenceId::new(now, self.ports().random()),
                person: person.clone(),
                from: span.from,
                until: span.until,
                reason: None,
                origin: Some(span.origin.clone()),
            })
        };
        let cancel = |id: &AbsenceId| OrganisationEvent::AbsenceCancelled { absence: id.clone() };
        let cancelled = plan.cancelled.iter().map(cancel);
        let all = cancelled.chain(plan.entered.iter().map(enter));
        all.map(|event| (Stream::organisation(), event.into())).collect()
    }
}

/// What stands in a calendar.
pub(super) struct Read {
    feed: Feed,
    pub(super) spans: Vec<CalendarSpan>,
    titles: BTreeMap<CalendarSpan, String>,
    events: BTreeSet<String>,
    short: usize,
}

impl Read {
    /// Reads it; the origins of its absences begin as is said.
    pub(super) fn of(
        (calendar, prefix): (&str, &str),
        person: &PersonId,
        live: &Live,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let refused = |why: String| Refusal::field("calendar", &why);
        let person = live.directory.person(person);
        let zone = person.and_then(|p| calendar::zone(&p.time_zone)).unwrap_or(TimeZone::UTC);
        let feed = read_feed(calendar, &zone).map_err(|error| refused(error.to_string()))?;
        let end = now.checked_add(AHEAD).unwrap_or(Timestamp::MAX);
        let busy = feed.busy(Span { start: now, end }).map_err(|e| refused(e.to_string()))?;
        let mut found = Self {
            events: feed.events.iter().map(|event| origin(prefix, &event.uid)).collect(),
            feed,
            spans: Vec::new(),
            titles: BTreeMap::new(),
            short: 0,
        };
        for busy in busy {
            if busy.span.duration() < SHORTEST {
                found.short += 1;
                continue;
            }
            let span = CalendarSpan {
                from: domain::time::to_millis(busy.span.start),
                until: domain::time::to_millis(busy.span.end),
                origin: origin(prefix, &busy.uid),
            };
            found.titles.insert(span.clone(), busy.summary);
            found.spans.push(span);
        }
        Ok(found)
    }

    /// Refuses a calendar of which nothing was read.
    fn check_any(&self) -> Result<(), Refusal> {
        if !self.feed.events.is_empty() {
            return Ok(());
        }
        let first = self.feed.skipped.first();
        let said = first.map(|s| format!("; line {}: {}", s.line, s.reason));
        let why = format!("no event of it was read{}", said.unwrap_or_default());
        Err(Refusal::field("calendar", &why))
    }

    /// Whether what is missing in it is not there: all of it was understood, and it holds something. An empty
    /// calendar may as well be a fault of whoever keeps it.
    pub(super) fn is_whole(&self) -> bool {
        self.feed.skipped.is_empty() && !self.feed.events.is_empty()
    }

    pub(super) fn import(&self, plan: AbsenceImport, live: &Live) -> CalendarImport {
        let title = |span: &CalendarSpan| self.titles.get(span).cloned().unwrap_or_default();
        let cancelled = plan.cancelled.iter().filter_map(|id| live.directory.absence(id));
        CalendarImport {
            cancelled: cancelled.cloned().collect(),
            kept: plan.kept,
            short: self.short,
            skipped: self.feed.skipped.iter().map(|s| (s.line, s.reason.clone())).collect(),
            entered: plan.entered.into_iter().map(|span| (span.clone(), title(&span))).collect(),
        }
    }
}

/// An event without its `UID`, which may name somebody.
fn origin(prefix: &str, uid: &str) -> String {
    let digest = Sha256::digest(uid.as_bytes());
    let hex = digest.iter().take(16).map(|byte| format!("{byte:02x}"));
    std::iter::once(prefix.to_owned()).chain(hex).collect()
}
