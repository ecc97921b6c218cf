//! Policy windows, and one of them with what was approved in it, a slice of the journal at a time.

use app::policies::{Neighbour, PolicyWindow, WindowChange};
use axum::extract::{Path, Query};
use axum::response::Response;
use console::pages::policy_replay::{Example, Progress};
use console::pages::policy_windows::{Change, Page, Window, WindowPage};
use console::view::{Badge, Digest, Icon, Link, Section, Tone};
use policy::replay::Kind;
use serde::Deserialize;

use super::super::view::reader::{Reader, counted};
use super::super::visit::Visit;
use crate::error::ApiError;

const SHOWN: usize = 20;

/// The fields of the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::ui) struct Asked {
    before: Option<u32>,
    from: Option<u64>,
}

/// `GET /policy/windows`
pub(in crate::ui) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Response {
    let made = page(&visit, asked.before).await;
    visit.answer(made.map(|page| visit.ok(&page))).await
}

async fn page(visit: &Visit, before: Option<u32>) -> Result<Page, ApiError> {
    let found = visit.state.app.policy_windows(before, SHOWN).await?;
    let reader = visit.reader();
    let older = |number| Link::new("Older windows", format!("/policy/windows?before={number}"));
    Ok(Page {
        layout: visit.layout("Policy windows", Section::Policy).await,
        windows: found.items.iter().map(|one| window(&reader, one)).collect(),
        older: found.next.map(older),
    })
}

/// `GET /policy/windows/{number}`
pub(in crate::ui) async fn one(
    visit: Visit,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let made = window_page(&visit, &number, asked.from).await;
    visit.answer(made.map(|page| visit.ok(&page))).await
}

async fn window_page(
    visit: &Visit,
    number: &str,
    from: Option<u64>,
) -> Result<WindowPage, ApiError> {
    let missing = || ApiError::not_found("policy window", number);
    let number: u32 = number.parse().map_err(|_| missing())?;
    let found = visit.state.app.policy_window_changes(number, from).await?;
    let reader = visit.reader();
    let percent = found.entries.saturating_mul(100).checked_div(found.of).unwrap_or(100);
    let approved = usize::try_from(found.approved).unwrap_or(usize::MAX);
    let all = counted(approved, "change was", "changes were");
    let part = if found.next.is_some() || from.is_some() { " in this part" } else { "" };
    let next = |at| Link::new("Go on", format!("/policy/windows/{number}?from={at}"));
    Ok(WindowPage {
        layout: visit.layout(&format!("Policy window {number}"), Section::Policy).await,
        window: window(&reader, &found.window),
        counts: format!(
            "{all} approved under this bundle{part}; {} of them with less than a neighbour asks for.",
            found.changes.len()
        ),
        changes: found.changes.iter().map(|one| change(&reader, one)).collect(),
        progress: found.next.map(|_| Progress { entries: found.entries, of: found.of, percent }),
        next: found.next.map(next),
    })
}

fn window(reader: &Reader<'_>, from: &PolicyWindow) -> Window {
    let (bundle, ended) = (&from.bundle, from.ended_at());
    let lasted = ended.map(|ended| ended.duration_since(bundle.at));
    Window {
        href: format!("/policy/windows/{}", from.number),
        number: from.number.to_string(),
        digest: Digest::new(&bundle.proposal.digest),
        proposed_by: reader.who(&bundle.proposal.by),
        activated_by: reader.who(&bundle.by),
        reason: bundle.reason.clone(),
        began: reader.moment(bundle.at),
        ended: ended.map(|ended| reader.moment(ended)),
        lasted: lasted.map_or_else(|| "still live".to_owned(), |lasted| format!("{lasted:#}")),
        state: match ended {
            Some(_) => Badge::new(Tone::Quiet, Icon::Archive, "Replaced"),
            None => Badge::new(Tone::Warn, Icon::Alert, "Live"),
        },
        before: from.weaker_than_before.to_vec(),
        after: from.weaker_than_after.to_vec(),
    }
}

fn change(reader: &Reader<'_>, from: &WindowChange) -> Change {
    let material = &from.change.revision().material;
    let number = from.change.number.to_string();
    let more = from.moves.added.iter().map(|ask| format!("{} more of {}", ask.people, ask.roles));
    let mut more: Vec<String> = more.collect();
    if more.is_empty() {
        let kinds = from.moves.kinds.iter().filter(|kind| kind.is_stricter() == Some(true));
        more = kinds.copied().map(Kind::title).map(str::to_owned).collect();
    }
    let than = match from.than {
        Neighbour::Before => "before",
        Neighbour::After => "after",
    };
    Change {
        example: Example {
            change: Link::new(&number, format!("/changes/{number}")),
            service: material.service.to_string(),
            moves: format!("the bundle {than}: {}", more.join(", ")),
        },
        environment: material.environment.to_string(),
        approved: reader.moment(from.approved_at),
        deployed: from.deployed_at.map(|at| reader.moment(at)),
    }
}
