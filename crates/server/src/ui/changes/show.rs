//! One change.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use console::pages::change::{Ballot, Page};
use console::view::{NextStep, Section};
use domain::ids::ChangeId;

use super::super::view::change as view;
use super::super::visit::Visit;
use super::resolve;
use crate::error::ApiError;

/// `GET /changes/{number}`
pub(in crate::ui) async fn show(visit: Visit, Path(name): Path<String>) -> Response {
    let made = found(&visit, &name).await;
    visit.answer(made).await
}

async fn found(visit: &Visit, name: &str) -> Result<Response, ApiError> {
    let id = resolve(visit, name).await?;
    let page = page(visit, &id).await?;
    if page.header.number != name {
        // One address a change, so that links compare equal.
        return Ok(Redirect::to(&format!("/changes/{}", page.header.number)).into_response());
    }
    Ok(visit.ok(&page))
}

/// The page of a change as it stands now, also for showing what was refused.
pub(super) async fn page(visit: &Visit, id: &ChangeId) -> Result<Page, ApiError> {
    let app = &visit.state.app;
    let explained = app.explain_change(&visit.signed_in.principal, id).await?;
    let readings = app.timeline(id).await?;
    let change = &explained.facts.change;
    let title = format!("{} {}", change.number, change.revision().material.title.text());
    let mut layout = visit.layout(&title, Section::Changes).await;
    layout.live = Some(format!("/v1/events?change={id}"));
    let reader = visit.reader();
    let mut page = view::page(&reader, layout, &explained, &readings, Some(&visit.person));
    let conflicts = app.conflicts(&visit.signed_in.principal, change).await?;
    page.header.conflicts = super::super::view::schedule::conflicts(&reader, &conflicts);
    if let Ballot::Open(form) = &mut page.ballot {
        form.idempotency_key = visit.new_key();
        let authentication = visit.signed_in.principal.authentication.as_ref();
        let asked = explained.facts.step_up();
        let signs = visit.site().is_some_and(|site| !visit.passkeys(&site).is_empty());
        // Signing with a passkey proves it in the same go.
        let asked = asked.iter().filter(|s| !(s.signature && signs));
        let short = asked.filter_map(|s| s.sign_in_lack(authentication, visit.now)).next();
        form.step_up = short.map(|why| {
            let here = crate::wire::text::percent_encode(&format!("/changes/{}", change.number));
            let words = format!("To approve, first prove again who you are: {why}.");
            NextStep::linked(words, format!("/step-up?next={here}"))
        });
    }
    page.actions.hold_key = visit.new_key();
    page.actions.object_key = visit.new_key();
    page.actions.withdraw_key = visit.new_key();
    if let Some(form) = &mut page.actions.override_form {
        form.idempotency_key = visit.new_key();
    }
    Ok(page)
}

/// The same page with why an action was refused, at its top.
pub(super) async fn refused(visit: &Visit, id: &ChangeId, error: ApiError) -> Response {
    if !error.status().is_client_error() || error.status() == StatusCode::NOT_FOUND {
        return visit.problem(error).await;
    }
    match page(visit, id).await {
        Ok(mut page) => {
            page.layout.flash.push(visit.refusal(&error));
            visit.page(error.status(), &page)
        }
        Err(other) => visit.problem(other).await,
    }
}
