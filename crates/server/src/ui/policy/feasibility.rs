//! Whether policy can be met by the people there are.

use app::feasibility::{WEEKS, known_since};
use axum::response::Response;
use console::pages::policy_feasibility::{Cell, Day, NeedRow, Page, WeakLink};
use console::view::{Badge, Icon, Section, Tone};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use policy::feasibility::{Feasibility, NeedFeasibility, Weakness, WeaknessKind};

use super::super::view::reader::{Zone, rule};
use super::super::visit::Visit;
use crate::error::ApiError;

/// Services named with since when.
const KNOWN_SHOWN: usize = 5;

/// `GET /policy/feasibility`
pub(in crate::ui) async fn show(visit: Visit) -> Response {
    let made = page(&visit).await;
    visit.answer(made.map(|page| visit.ok(&page))).await
}

async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let found = visit.state.app.policy_feasibility(WEEKS).await?;
    let reader = visit.reader();
    let days = days(&found, reader.zone);
    let links = visit.live.policy.weak_links();
    let since = |need: &NeedFeasibility| {
        known_since(&found, &need.key, links).map(|link| known(reader.zone, link)).collect()
    };
    Ok(Page {
        layout: visit.layout("Can it be met?", Section::Policy).await,
        weeks: format!("{WEEKS} weeks"),
        from: reader.moment(found.from),
        weak_links: found.weakest().into_iter().map(|weak| link(weak, since(weak.0))).collect(),
        conflicts: conflicts(&found),
        unknown: found.unknown.clone(),
        needs: found.needs.iter().map(|need| row(need, &days)).collect(),
        zone: reader.zone.name().to_owned(),
        days: days.into_iter().map(|(date, _)| day(date)).collect(),
    })
}

/// Since when a nightly look has found it, and where.
fn known(zone: &Zone, (link, since): (&domain::weak_link::WeakLink, Timestamp)) -> String {
    let place = link.service.as_ref().map_or("every service", |service| service.as_str());
    format!("{place} since {}", zone.date(since).strftime("%-d %b %Y"))
}

/// The first few, and how many more.
fn few(mut known: Vec<String>) -> Vec<String> {
    let more = known.len().saturating_sub(KNOWN_SHOWN);
    known.truncate(KNOWN_SHOWN);
    known.extend((more > 0).then(|| format!("and {more} more")));
    known
}

fn link((need, weakness): (&NeedFeasibility, &Weakness), known: Vec<String>) -> WeakLink {
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
        known: few(known),
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

/// The days of the reader's calendar, each with how many of the hours looked at begin in it.
fn days(found: &Feasibility, zone: &Zone) -> Vec<(Date, usize)> {
    let hours = found.needs.first().map_or(0, |need| need.available.len());
    let mut days: Vec<(Date, usize)> = Vec::new();
    for hour in 0..hours {
        let ahead = SignedDuration::from_hours(i64::try_from(hour).unwrap_or(0));
        let date = zone.date(found.from.checked_add(ahead).unwrap_or(Timestamp::MAX));
        match days.last_mut().filter(|(last, _)| *last == date) {
            Some((_, count)) => *count += 1,
            None => days.push((date, 1)),
        }
    }
    days
}

fn day(date: Date) -> Day {
    Day { weekday: date.strftime("%a").to_string(), date: date.strftime("%-d %b").to_string() }
}

fn row(need: &NeedFeasibility, days: &[(Date, usize)]) -> NeedRow {
    let roles: Vec<String> = need.roles.iter().map(ToString::to_string).collect();
    let mut enough = need.available.iter().map(|count| u32::from(*count) >= need.count);
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
        cells: days
            .iter()
            .map(|(_, hours)| {
                Cell::of(enough.by_ref().take(*hours).filter(|enough| *enough).count())
            })
            .collect(),
    }
}
