//! The change calendar by month, week, or as a list of the coming weeks.

use app::change::Planned;
use axum::extract::Query;
use axum::response::Response;
use console::pages::calendar::{CalendarPage, Day, Entry, EntryKind, Filter, View};
use console::view::{Choice, Link, Section};
use domain::change::State;
use domain::organisation::KnownAlignment;
use domain::requirement::Scope;
use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan as _};
use serde::Deserialize;

use super::super::view::freezes::{about, covered};
use super::super::view::reader::Zone;
use super::super::visit::Visit;
use super::scopes::choices;
use crate::error::ApiError;

const LIST_DAYS: i64 = 42;

/// What is asked for. Whatever can't be read is today, by month.
#[derive(Debug, Default, Deserialize)]
pub(in crate::ui) struct Asked {
    #[serde(default)]
    view: String,
    #[serde(default)]
    on: String,
    /// `domain:NAME` or `service:NAME`; everything when empty.
    #[serde(default)]
    pub(super) scope: String,
}

/// A stretch of days and its neighbours.
struct Stretch {
    title: String,
    view: &'static str,
    first: Date,
    days: i64,
    /// The month it is about, when it is one.
    month: Option<i8>,
    earlier: Date,
    later: Date,
}

/// `GET /calendar`
pub(in crate::ui) async fn show(visit: Visit, asked: Query<Asked>) -> Response {
    match page(&visit, &asked).await {
        Ok(page) => visit.ok(&page),
        Err(error) => visit.problem(error).await,
    }
}

async fn page(visit: &Visit, asked: &Asked) -> Result<CalendarPage, ApiError> {
    let zone = visit.reader().zone;
    let today = zone.date(visit.now);
    let on = asked.on.parse().unwrap_or(today);
    let stretch = Stretch::of(&asked.view, on)
        .ok_or_else(|| ApiError::field("on", "choose a day nearer to now"))?;
    let (from, until) =
        stretch.between(zone).ok_or_else(|| ApiError::field("on", "choose a day nearer to now"))?;
    let mut planned = visit.state.app.planned(&visit.signed_in.principal, from, until).await?;
    let scope = scope(visit, &asked.scope)?;
    if let Some(scope) = &scope {
        planned.narrow(scope, &visit.live.directory);
    }
    let about = scope.as_ref().map(|scope| format!("&scope={scope}")).unwrap_or_default();
    let days = stretch.days(zone, &planned, today);
    let to = |view: &str, on: Date| format!("/calendar?view={view}&on={on}{about}");
    let is_list = stretch.view == "list";
    let view = |name: &str, label: &str| View {
        link: Link::new(label, to(name, on)),
        current: name == stretch.view,
    };
    let week = |days: &[Day]| days.to_vec();
    Ok(CalendarPage {
        views: vec![view("month", "Month"), view("week", "Week"), view("list", "List")],
        earlier: Link::new("Earlier", to(stretch.view, stretch.earlier)),
        later: Link::new("Later", to(stretch.view, stretch.later)),
        weekdays: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].map(str::to_owned).to_vec(),
        weeks: if is_list { Vec::new() } else { days.chunks(7).map(week).collect() },
        days: days.into_iter().filter(|d| is_list && !d.entries.is_empty()).collect(),
        filter: filter(visit, &stretch, on, scope.as_ref()),
        layout: visit.layout(&stretch.title, Section::Changes).await,
        title: stretch.title,
    })
}

/// What the calendar is narrowed to. What nobody registered is refused, so that an empty calendar is never
/// a spelling mistake.
fn scope(visit: &Visit, text: &str) -> Result<Option<Scope>, ApiError> {
    if text.is_empty() {
        return Ok(None);
    }
    let scope: Scope = text.parse().map_err(|error: domain::requirement::ScopeError| {
        ApiError::field("scope", &error.to_string())
    })?;
    visit.live.directory.check_scope("scope", &scope).map_err(app::AppError::from)?;
    Ok(Some(scope))
}

fn filter(visit: &Visit, stretch: &Stretch, on: Date, scope: Option<&Scope>) -> Filter {
    let chosen = scope.map(ToString::to_string).unwrap_or_default();
    let mut scopes = vec![Choice::new("", "Everything")];
    scopes.extend(choices(&visit.live.directory));
    for choice in &mut scopes {
        choice.selected = choice.value == chosen;
    }
    let about = scope.map_or("own", |_| chosen.as_str());
    let subscribe = Link::new("Subscribe", format!("/calendar-feeds?scope={about}"));
    Filter { view: stretch.view, on: on.to_string(), scopes, subscribe }
}

impl Stretch {
    fn of(view: &str, on: Date) -> Option<Self> {
        let monday = |day: Date| {
            let past = i64::from(day.weekday().to_monday_zero_offset());
            day.checked_sub(past.days()).ok()
        };
        match view {
            "week" => {
                let first = monday(on)?;
                Some(Self {
                    title: format!("Week of {}", first.strftime("%-d %B %Y")),
                    view: "week",
                    first,
                    days: 7,
                    month: None,
                    earlier: first.checked_sub(7.days()).ok()?,
                    later: first.checked_add(7.days()).ok()?,
                })
            }
            "list" => {
                let first = on;
                Some(Self {
                    title: format!("From {}", first.strftime("%-d %B %Y")),
                    view: "list",
                    first,
                    days: LIST_DAYS,
                    month: None,
                    earlier: first.checked_sub(LIST_DAYS.days()).ok()?,
                    later: first.checked_add(LIST_DAYS.days()).ok()?,
                })
            }
            _ => {
                let (start, end) = (on.first_of_month(), on.last_of_month());
                let first = monday(start)?;
                let last = match end.weekday() {
                    Weekday::Sunday => end,
                    _ => monday(end)?.checked_add(6.days()).ok()?,
                };
                let days = first.until(last).ok()?.get_days();
                Some(Self {
                    title: start.strftime("%B %Y").to_string(),
                    view: "month",
                    first,
                    days: i64::from(days) + 1,
                    month: Some(start.month()),
                    earlier: start.checked_sub(1.month()).ok()?,
                    later: start.checked_add(1.month()).ok()?,
                })
            }
        }
    }

    fn between(&self, zone: &Zone) -> Option<(Timestamp, Timestamp)> {
        let last = self.first.checked_add(self.days.days()).ok()?;
        Some((zone.midnight(self.first)?, zone.midnight(last)?))
    }

    fn days(&self, zone: &Zone, planned: &Planned, today: Date) -> Vec<Day> {
        let date = |n: i64| self.first.checked_add(n.days()).ok();
        (0..self.days).filter_map(date).map(|date| self.day(zone, planned, date, today)).collect()
    }

    fn day(&self, zone: &Zone, planned: &Planned, date: Date, today: Date) -> Day {
        let begin = zone.midnight(date);
        let end = date.tomorrow().ok().and_then(|next| zone.midnight(next));
        let entries = match (begin, end) {
            (Some(begin), Some(end)) => entries(zone, planned, begin, end),
            _ => Vec::new(),
        };
        Day {
            iso: date.to_string(),
            number: date.day().to_string(),
            label: date.strftime("%A, %-d %B").to_string(),
            today: date == today,
            outside: self.month.is_some_and(|month| month != date.month()),
            entries,
        }
    }
}

/// What reaches into a day: freezes first.
fn entries(zone: &Zone, planned: &Planned, begin: Timestamp, end: Timestamp) -> Vec<Entry> {
    let when = |from: Timestamp, until: Timestamp| match (from <= begin, until >= end) {
        (true, true) => "all day".to_owned(),
        (true, false) => format!("until {}", zone.clock(until)),
        (false, true) => format!("from {}", zone.clock(from)),
        (false, false) => format!("{} to {}", zone.clock(from), zone.clock(until)),
    };
    let reaches = |from: Timestamp, until: Timestamp| from < end && until > begin;
    let freezes = planned.freezes.iter().filter(|f| reaches(f.from, f.until)).map(|f| Entry {
        kind: EntryKind::Freeze,
        link: Link::new(f.title.text(), format!("/freezes#freeze-{}", f.id)),
        when: when(f.from, f.until),
        about: about(f),
    });
    let changes = planned.changes.iter().filter_map(|change| {
        let material = &change.revision().material;
        let window = material.window.as_ref().filter(|w| reaches(w.from, w.until))?;
        let waits = matches!(change.state, State::AwaitingApproval { .. });
        Some(Entry {
            kind: if waits { EntryKind::Window } else { EntryKind::Approved },
            link: Link::new(
                format!("{} {}", change.number, material.title.text()),
                format!("/changes/{}", change.number),
            ),
            when: when(window.from, window.until),
            about: match planned.conflicts.get(&change.number).map_or(0, Vec::len) {
                0 => format!("{} → {}", material.service, material.environment),
                1 => format!("{} → {}; 1 conflict", material.service, material.environment),
                n => format!("{} → {}; {n} conflicts", material.service, material.environment),
            },
        })
    });
    let maintenance = planned.maintenance.iter().filter_map(|window| {
        let opening = window.opening.filter(|o| reaches(o.from, o.until))?;
        Some(Entry {
            kind: EntryKind::Maintenance,
            link: Link::new(&window.title, "/policy".to_owned()),
            when: when(opening.from, opening.until),
            about: covered(
                &window.scope,
                &window.environments,
                &window.tiers,
                &window.lets_through,
            ),
        })
    });
    let within = |s: &&KnownAlignment| reaches(s.opened.from, s.opened.until);
    let sessions = planned.held_sessions().filter(within).map(|known| {
        let opened = &known.opened;
        Entry {
            kind: EntryKind::Session,
            link: Link::new(opened.title.text(), format!("/alignments/{}", opened.id)),
            when: when(opened.from, opened.until),
            about: opened.numbers(),
        }
    });
    freezes.chain(maintenance).chain(changes).chain(sessions).collect()
}
