//! Whether policy can be met by the people there are.

use app::feasibility::WEEKS;
use axum::response::Response;
use console::pages::policy_feasibility::{Cell, Day, NeedRow, Page, WeakLink};
use console::view::{Badge, Icon, Section, Tone};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use policy::feasibility::{Feasibility, NeedFeasibility, Weakness, WeaknessKind};

use super::super::view::reader::rule;
use super::super::visit::Visit;
use crate::error::ApiError;

const DAY_HOURS: usize = 24;

/// `GET /policy/feasibility`
pub(in crate::ui) async fn show(visit: Visit) -> Response {
    let made = page(&visit).await;
    visit.answer(made.map(|page| visit.ok(&page))).await
}

async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let found = visit.state.app.policy_feasibility(WEEKS).await?;
    // Whole days of UTC: the first column begins at midnight, before what was looked at.
    let passed = usize::from(TimeZone::UTC.to_datetime(found.from).hour().unsigned_abs());
    Ok(Page {
        layout: visit.layout("Can it be met?", Section::Policy).await,
        weeks: format!("{WEEKS} weeks"),
        from: visit.reader().moment(found.from),
        weak_links: found.weakest().into_iter().map(link).collect(),
        conflicts: conflicts(&found),
        unknown: found.unknown.clone(),
        days: days(&found, passed),
        needs: found.needs.iter().map(|need| row(need, passed)).collect(),
    })
}

fn link((need, weakness): (&NeedFeasibility, &Weakness)) -> WeakLink {
    let state = match weakness.kind {
        WeaknessKind::Nobody => Badge::new(Tone::Bad, Icon::Cross, "Nobody"),
        WeaknessKind::Expires => Badge::new(Tone::Bad, Icon::Cross, "Expires first"),
        WeaknessKind::NobodyToSpare => Badge::new(Tone::Warn, Icon::Alert, "Nobody to spare"),
        WeaknessKind::Late => Badge::new(Tone::Warn, Icon::Clock, "Late"),
    };
    WeakLink {
        state,
        need: need.key.clone(),
        message: weakness.message.clone(),
        help: weakness.help.clone(),
        source: rule(&need.rule),
    }
}

fn conflicts(found: &Feasibility) -> Vec<String> {
    let words = |conflict: &policy::feasibility::Conflict| {
        format!(
            "{} in {}: {} need {} people together, and there can be {}",
            conflict.service,
            conflict.environment,
            conflict.keys.join(" and "),
            conflict.needed,
            conflict.possible
        )
    };
    found.conflicts.iter().map(words).collect()
}

fn days(found: &Feasibility, passed: usize) -> Vec<Day> {
    let hours = found.needs.first().map_or(0, |need| need.available.len());
    let count = (hours + passed).div_ceil(DAY_HOURS);
    let day = |n: usize| {
        let ahead = SignedDuration::from_hours(i64::try_from(n * DAY_HOURS).unwrap_or(0));
        let at = found.from.checked_add(ahead).unwrap_or(Timestamp::MAX);
        let at = at.to_zoned(TimeZone::UTC);
        Day { weekday: at.strftime("%a").to_string(), date: at.strftime("%-d %b").to_string() }
    };
    (0..count).map(day).collect()
}

fn row(need: &NeedFeasibility, passed: usize) -> NeedRow {
    let roles: Vec<String> = need.roles.iter().map(ToString::to_string).collect();
    let enough: Vec<bool> = std::iter::repeat_n(false, passed)
        .chain(need.available.iter().map(|count| u32::from(*count) >= need.count))
        .collect();
    let people =
        if need.people == 1 { "1 person".to_owned() } else { format!("{} people", need.people) };
    let people = match need.delegates {
        0 => people,
        more => format!("{people} and {more} by delegation"),
    };
    NeedRow {
        need: need.key.clone(),
        asks: format!("{} of {}", need.count, roles.join(" or ")),
        people: match &need.service {
            Some(service) => format!("{people} for {service}"),
            None => people,
        },
        cells: enough
            .chunks(DAY_HOURS)
            .map(|day| Cell::of(day.iter().filter(|enough| **enough).count()))
            .collect(),
    }
}
