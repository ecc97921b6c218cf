//! Freezes and maintenance windows of a bundle, as they stand at a time.
//!
//! Where a calendar can't tell, nothing is let through: the freeze lasts, the window is closed.

use calendar::{CalendarError, Span};
use domain::freeze::Freeze;
use domain::maintenance::{MaintenanceWindow, Opening};
use jiff::{SignedDuration, Timestamp};

use super::Bundle;
use super::timetable::Timetable;

/// How long a freeze whose times can't be told is said to last, each time it is looked at.
const UNTOLD: SignedDuration = SignedDuration::from_hours(24);

/// A freeze that comes again; each time is a freeze of its own, with exceptions of its own.
#[derive(Debug, Clone)]
pub(in crate::bundle) struct RecurringFreeze {
    pub(in crate::bundle) freeze: Freeze,
    pub(in crate::bundle) times: Timetable,
}

impl RecurringFreeze {
    fn at(&self, spans: Result<Vec<Span>, CalendarError>, asked: Span) -> Vec<Freeze> {
        let Ok(spans) = spans else {
            let id = format!("{}@unknown", self.freeze.id);
            return vec![Freeze { id, from: asked.start, until: asked.end, ..self.freeze.clone() }];
        };
        let one = |span: Span| Freeze {
            id: format!("{}@{}", self.freeze.id, self.times.day(span.start)),
            from: span.start,
            until: span.end,
            ..self.freeze.clone()
        };
        spans.into_iter().map(one).collect()
    }
}

/// A maintenance window and when it opens.
#[derive(Debug, Clone)]
pub(in crate::bundle) struct RecurringWindow {
    pub(in crate::bundle) window: MaintenanceWindow,
    pub(in crate::bundle) times: Timetable,
}

impl Bundle {
    /// Freezes of policy that last or lie ahead: of those that come again, what lasts and what comes
    /// next.
    #[must_use]
    pub fn freezes_ahead(&self, now: Timestamp) -> Vec<Freeze> {
        let until = now.checked_add(UNTOLD).unwrap_or(Timestamp::MAX);
        let asked = Span { start: now, end: until };
        let mut all: Vec<Freeze> =
            self.freezes.list.iter().filter(|f| now < f.until).cloned().collect();
        let again = self.freezes.again.iter();
        all.extend(again.flat_map(|known| known.at(known.times.ahead(now), asked)));
        all
    }

    /// Freezes of policy that reach into a span.
    #[must_use]
    pub fn freezes_during(&self, span: Span) -> Vec<Freeze> {
        let reaches = |f: &&Freeze| f.from < span.end && f.until > span.start;
        let mut all: Vec<Freeze> = self.freezes.list.iter().filter(reaches).cloned().collect();
        let again = self.freezes.again.iter();
        all.extend(again.flat_map(|known| known.at(known.times.during(span), span)));
        all
    }

    /// Every maintenance window, with the opening that lasts or the next.
    #[must_use]
    pub fn windows_ahead(&self, now: Timestamp) -> Vec<MaintenanceWindow> {
        let opening = |known: &RecurringWindow| {
            let spans = known.times.ahead(now).ok()?;
            let left = spans.into_iter().filter(|span| span.start < span.end && now < span.end);
            left.min_by_key(|span| span.start).map(opening_of)
        };
        let windows = self.maintenance.iter();
        windows.map(|w| MaintenanceWindow { opening: opening(w), ..w.window.clone() }).collect()
    }

    /// Openings of maintenance windows that reach into a span.
    #[must_use]
    pub fn windows_during(&self, span: Span) -> Vec<MaintenanceWindow> {
        let mut all = Vec::new();
        for known in &self.maintenance {
            let openings = known.times.during(span).unwrap_or_default().into_iter().map(opening_of);
            all.extend(openings.map(|opening| MaintenanceWindow {
                opening: Some(opening),
                ..known.window.clone()
            }));
        }
        all
    }
}

fn opening_of(span: Span) -> Opening {
    Opening { from: span.start, until: span.end }
}
