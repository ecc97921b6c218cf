//! What a proposal would have said of past changes. Each visit goes through a slice of the journal, and
//! the page visits itself again until the whole is done.

use api_types::replay::{
    PolicyReplay, ReplayAsk, ReplayCounts, ReplayDifference, ReplayExample, ReplayService,
};
use app::replay::{ReplayWish, SLICE};
use axum::extract::{Path, Query};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use console::pages::policy_replay::{Bar, Difference, Example, Page, Progress, Role, Service};
use console::view::{Badge, Digest, Icon, Link, Section, Tone};
use jiff::Timestamp;
use policy::replay::Kind;
use serde::Deserialize;

use super::super::view::policy::title_of;
use super::super::view::reader::counted;
use super::super::visit::Visit;
use crate::api::policy::replay_policy::{load, proposed};
use crate::error::ApiError;
use crate::wire::replay;

/// Examples linked for each kind of difference.
const LINKED: usize = 3;
/// Services shown.
const SERVICES: usize = 50;

/// From when on changes count.
#[derive(Debug, Default, Deserialize)]
pub(in crate::ui) struct Asked {
    #[serde(default)]
    since: String,
}

/// `GET /policy/proposals/{digest}/replay`
pub(in crate::ui) async fn show(
    visit: Visit,
    Path(digest): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let made = page(&visit, &digest, asked.since.trim()).await;
    let goes_on = made.as_ref().is_ok_and(|page| page.progress.is_some());
    let mut response = visit.answer(made.map(|page| visit.ok(&page))).await;
    if goes_on {
        response.headers_mut().insert(header::REFRESH, HeaderValue::from_static("1"));
    }
    response
}

async fn page(visit: &Visit, digest: &str, since: &str) -> Result<Page, ApiError> {
    let files = proposed(&visit.state, digest)?;
    let proposal = visit.live.policy.proposals().iter().find(|p| p.digest == digest);
    let mut page = Page {
        layout: visit.layout("Replay over history", Section::Policy).await,
        id: digest.to_owned(),
        proposal: proposal.map(|p| title_of(&p.reason)).unwrap_or_default(),
        base: Digest::new(visit.bundle().map_or("none", |bundle| bundle.digest())),
        since: since.to_owned(),
        ..Page::default()
    };
    let from = format!("{since}T00:00:00Z").parse::<Timestamp>().ok();
    if !since.is_empty() && from.is_none() {
        page.since.clear();
        page.since_problem = "Write a date like 2026-06-01.".to_owned();
    }
    let candidate = load(files).await?;
    let wish = ReplayWish { candidate: candidate.clone(), since: from, slice: SLICE };
    let progress = visit.state.app.replay_policy(&visit.signed_in.principal, wish).await?;
    fill(&mut page, &replay::replay(&progress, &candidate));
    Ok(page)
}

fn fill(page: &mut Page, found: &PolicyReplay) {
    let all = found.changes.all;
    page.progress = (!found.done).then(|| Progress {
        entries: found.entries,
        of: found.of,
        percent: percent(found.entries, found.of),
    });
    page.changes = all;
    page.ways = ways(&found.changes);
    page.differences = found.differences.iter().map(|kind| difference(kind, all)).collect();
    page.roles = roles(found);
    page.waiting = waiting(found);
    let moved = found.services.iter().filter(|one| one.changes.all > one.changes.same);
    page.services = moved.take(SERVICES).map(service).collect();
    page.failed = failed(found);
    page.open = format!("{} open; {} of them would change.", are(found.open.all), found.open.moved);
    page.open_changes = found.open.named.iter().map(example).collect();
    let again = &found.reproduced;
    (page.reproduced, page.reproduced_words) = if again.different == 0 {
        let words = format!("{} recorded assessments came out again, exactly.", again.identical);
        (Badge::new(Tone::Good, Icon::Check, "Exact"), words)
    } else {
        let words = format!(
            "{} recorded assessments did not come out again, such as {}: erased personal data can be the reason; else tell the operator.",
            again.different,
            again.examples.join(", ")
        );
        (Badge::new(Tone::Bad, Icon::Cross, "Differs"), words)
    };
}

pub(super) fn many(count: u64, one: &str, more: &str) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), one, more)
}

fn are(count: u64) -> String {
    let words = many(count, "change", "changes");
    format!("{words} {}", if count == 1 { "is" } else { "are" })
}

pub(super) fn percent(of: u64, all: u64) -> u64 {
    of.saturating_mul(100).checked_div(all).unwrap_or(0)
}

pub(super) fn bar(label: &str, count: u64, of: u64) -> Bar {
    let share = match percent(count, of) {
        0 if count > 0 => "under 1 %".to_owned(),
        share => format!("{share} %"),
    };
    Bar { label: label.to_owned(), count, of, share }
}

pub(super) fn ways(of: &ReplayCounts) -> Vec<Bar> {
    let ways = [
        ("The same", of.same),
        ("Stricter", of.stricter),
        ("Looser", of.looser),
        ("Stricter in one way, looser in another", of.both),
        ("Only another risk, tier or terms", of.other),
    ];
    ways.into_iter().map(|(label, count)| bar(label, count, of.all)).collect()
}

fn difference(of: &ReplayDifference, all: u64) -> Difference {
    let way = match of.stricter {
        Some(true) => Badge::new(Tone::Info, Icon::Check, "Stricter"),
        Some(false) => Badge::new(Tone::Warn, Icon::Alert, "Looser"),
        None => Badge::default(),
    };
    let examples = of.examples.iter().take(LINKED).map(link).collect();
    Difference { way, bar: bar(&of.title, of.changes, all), examples }
}

fn link(of: &ReplayExample) -> Link {
    Link::new(&of.number, format!("/changes/{}", of.number))
}

fn roles(found: &PolicyReplay) -> Vec<Role> {
    let role = |of: &api_types::replay::ReplayRole| Role {
        roles: of.roles.clone(),
        added: of.added,
        removed: of.removed,
        to_rules: of.to_rules,
        to_people: of.to_people,
        takes: of.mean_hours.map_or_else(
            || "not known: none is recorded".to_owned(),
            |hours| format!("{hours} h on average, over {} answers", of.answered),
        ),
    };
    found.roles.iter().map(role).collect()
}

fn waiting(found: &PolicyReplay) -> Vec<String> {
    let of = &found.waiting;
    let mut lines = vec![format!(
        "{} h of waiting for answers more, {} h less, by what answers of the same roles took on average.",
        of.added_hours, of.saved_hours
    )];
    if of.rules_hours > 0.0 {
        lines.push(format!(
            "Up to {} h less where a rule may answer: evidence that it rests on is not looked at.",
            of.rules_hours
        ));
    }
    let unknown = of.added_unknown + of.removed_unknown;
    if unknown > 0 {
        let words = many(unknown, "approval", "approvals");
        lines.push(format!(
            "Not counted: {words} by roles of which no answer is recorded; the hours are not known."
        ));
    }
    lines
}

fn failed(found: &PolicyReplay) -> Vec<String> {
    let of = &found.failed;
    let changes = many(of.all, "change", "changes");
    vec![
        format!("{changes} failed or had to be rolled back."),
        format!("{} of them would have met more approvals.", of.more),
        format!("{} of them would have met fewer.", of.fewer),
        format!("{} of them a rule might have approved in place of people.", of.by_rules),
        format!("{} of them policy would have refused or left undecided.", of.stopped),
    ]
}

fn service(of: &ReplayService) -> Service {
    Service {
        service: of.service.clone(),
        tier: of.tier.map_or_else(|| "none".to_owned(), |tier| format!("T{tier}")),
        changes: of.changes.all,
        stricter: of.changes.stricter,
        looser: of.changes.looser,
        both: of.changes.both,
    }
}

fn example(of: &ReplayExample) -> Example {
    let moves = moves(
        &of.differences,
        &[
            ("more of", &of.added),
            ("less of", &of.removed),
            ("by a rule, not by", &of.to_rules),
            ("not by a rule, but by", &of.to_people),
        ],
    );
    Example { change: link(of), service: of.service.clone(), moves }
}

/// How what policy asks for moves: whom it asks more and less, or else in which ways.
pub(super) fn moves(codes: &[String], asks: &[(&str, &Vec<ReplayAsk>)]) -> String {
    let all = asks.iter().flat_map(|(word, asks)| asks.iter().map(move |ask| (word, ask)));
    let words = |(word, ask): (&&str, &ReplayAsk)| format!("{} {word} {}", ask.people, ask.roles);
    let mut moves: Vec<String> = all.map(words).collect();
    if moves.is_empty() {
        let kinds = Kind::ALL.into_iter().filter(|k| codes.iter().any(|c| c == k.code()));
        moves = kinds.map(|kind| kind.title().to_owned()).collect();
    }
    moves.join(", ")
}
