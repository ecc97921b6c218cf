//! Several changes of one template on one page, and approving those that are ticked in one step (C17).

use std::sync::Arc;

use app::change::Looked;
use axum::Extension;
use axum::extract::Query;
use axum::response::Response;
use console::pages::bulk_approval::{Page, Standing};
use console::view::{Flash, FormErrors, Section, Tone};

use super::changes::resolve;
use super::form::{Form, Posted};
use super::once::{Done, Turns, once};
use super::view::bulk as view;
use super::visit::{Visit, refused_fields};
use crate::error::ApiError;

const PATH: &str = "/bulk-approvals";

/// `GET /bulk-approvals?change=CHG-1042@1&change=…`
pub(super) async fn show(visit: Visit, Query(asked): Query<Vec<(String, String)>>) -> Response {
    let named = asked.into_iter().filter(|(name, _)| name == "change");
    let named: Vec<String> = named.map(|(_, value)| value).collect();
    let made = page(&visit, &named).await;
    visit.answer(made.map(|page| visit.ok(&page))).await
}

/// The changes as they stand now for the reader.
async fn page(visit: &Visit, named: &[String]) -> Result<Page, ApiError> {
    let layout = visit.layout("Approve in one step", Section::Inbox).await;
    if named.is_empty() {
        return Ok(Page { layout, ..Page::default() });
    }
    let changes = looked_at(visit, named).await?;
    let bulk = visit.state.app.look_at_bulk(&visit.signed_in.principal, &changes).await?;
    let (reader, bundle) = (visit.reader(), visit.bundle());
    let items = bulk.items.iter().map(|item| view::item(&reader, item, bundle));
    Ok(Page {
        layout,
        template: bulk.template.name.to_string(),
        items: items.collect(),
        idempotency_key: visit.new_key(),
        ..Page::default()
    })
}

async fn looked_at(visit: &Visit, named: &[String]) -> Result<Vec<Looked>, ApiError> {
    let mut changes = Vec::new();
    for text in named {
        let (name, revision) = text.split_once('@').unwrap_or((text, ""));
        let wrong = || ApiError::field("change", "name a change and its revision: `CHG-1042@1`");
        changes.push((resolve(visit, name).await?, revision.parse().map_err(|_| wrong())?));
    }
    Ok(changes)
}

/// `POST /bulk-approvals`
pub(super) async fn submit(
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    match once(&visit, &turns, PATH, &form, async || approve(&visit, &form).await).await {
        Ok(response) => response,
        Err(error) => refused(&visit, &form, error).await,
    }
}

/// Approves what is ticked, and leads to the page that says what came of each.
async fn approve(visit: &Visit, form: &Form) -> Result<Done, ApiError> {
    let changes = looked_at(visit, &form.list("change")).await?;
    let principal = &visit.signed_in.principal;
    let justification = form.trimmed("justification");
    let done = visit.state.app.approve_in_bulk(principal, &changes, justification).await?;
    let recorded = done.iter().filter(|outcome| outcome.vote.is_ok()).count();
    let named = done.iter().zip(&changes);
    let named =
        named.map(|(o, (_, revision))| format!("change={}", view::value(o.number, *revision)));
    let to = format!("{PATH}?{}", named.collect::<Vec<_>>().join("&"));
    Ok(Done::new(to, said(recorded, done.len())))
}

fn said(recorded: usize, all: usize) -> Flash {
    if recorded == all {
        return Flash::good(match all {
            1 => "Your approval is recorded.".to_owned(),
            n => format!("Your approvals of all {n} changes are recorded."),
        });
    }
    let text =
        format!("{recorded} of {all} approvals are recorded; below is why the others are not.");
    Flash { tone: Tone::Warn, ..Flash::good(text) }
}

/// The page again, with what was ticked and typed, and why nothing was recorded.
async fn refused(visit: &Visit, form: &Form, error: ApiError) -> Response {
    if error.status().is_server_error() {
        return visit.problem(error).await;
    }
    let mut page = match page(visit, &form.list("named")).await {
        Ok(page) => page,
        Err(_) => return visit.problem(error).await,
    };
    let ticked = form.list("change");
    for item in &mut page.items {
        if let Standing::Open { chosen, .. } = &mut item.standing {
            *chosen = ticked.contains(&item.value);
        }
    }
    form.get("justification").clone_into(&mut page.justification);
    let fields = refused_fields(&error).unwrap_or_default();
    let mut errors = FormErrors::default();
    for (field, message) in fields.into_iter().filter(|(field, _)| field == "justification") {
        errors.add(field, message);
    }
    if errors.list.is_empty() {
        page.layout.flash.push(visit.refusal(&error));
    }
    page.errors = errors;
    visit.page(error.status(), &page)
}
