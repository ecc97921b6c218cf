//! Freezes in force and ahead; declaring one, and ending one.

use std::str::FromStr;
use std::sync::Arc;

use app::organisation::FreezeDraft;
use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use console::pages::calendar::{FreezeForm, FreezesPage};
use console::view::Section;
use domain::change::ChangeType;
use domain::requirement::Scope;

use super::super::answer::{recorded, redirect};
use super::super::form::{Form, Posted};
use super::super::once::{Done, Turns, once};
use super::super::view::freezes as view;
use super::super::visit::Visit;
use super::time;
use crate::error::ApiError;

/// `GET /freezes`
pub(in crate::ui) async fn show(visit: Visit) -> Response {
    let page = page(&visit).await;
    visit.ok(&page)
}

async fn page(visit: &Visit) -> FreezesPage {
    let reader = visit.reader();
    let mut ahead = visit.live.freezes_ahead(visit.now);
    ahead.sort_by(|a, b| (a.from, &a.id).cmp(&(b.from, &b.id)));
    let may_end = |f: &domain::freeze::Freeze| {
        f.by.is_some() && visit.live.may_freeze(&visit.person, &f.scope).is_ok()
    };
    let scopes = scopes(visit);
    FreezesPage {
        freezes: ahead.iter().map(|f| view::row(&reader, f, may_end(f))).collect(),
        form: (!scopes.is_empty()).then(|| FreezeForm {
            scopes,
            environments: environments(visit),
            zone: reader.zone.name().to_owned(),
            idempotency_key: visit.new_key(),
        }),
        layout: visit.layout("Freezes", Section::Changes).await,
    }
}

/// What the person may freeze.
fn scopes(visit: &Visit) -> Vec<String> {
    let directory = &visit.live.directory;
    let domains = directory.domains().map(|(name, _)| Scope::Domain(name.clone()));
    let services = directory.services().map(|s| Scope::Service(s.name.clone()));
    std::iter::once(Scope::Organisation)
        .chain(domains)
        .chain(services)
        .filter(|scope| visit.live.may_freeze(&visit.person, scope).is_ok())
        .map(|scope| scope.to_string())
        .collect()
}

/// What policy has classified.
fn environments(visit: &Visit) -> Vec<String> {
    let known = visit.bundle().map(policy::Bundle::environments).unwrap_or_default();
    known.iter().map(|environment| environment.name.to_string()).collect()
}

/// `POST /freezes`
pub(in crate::ui) async fn declare(
    Extension(turns): Extension<Arc<Turns>>,
    posted: Posted,
) -> Response {
    let Posted { visit, form } = posted;
    let act = async || {
        let draft = draft(&visit, &form)?;
        let principal = &visit.signed_in.principal;
        let done = visit.state.app.declare_freeze(principal, &draft).await?;
        let message = recorded(
            "The freeze is declared: while it lasts, the gate stays closed.",
            done.commit.as_ref(),
        );
        Ok(Done::new("/freezes", message))
    };
    match once(&visit, &turns, "/freezes", &form, act).await {
        Ok(response) => response,
        Err(error) => refused(&visit, error).await,
    }
}

fn draft(visit: &Visit, form: &Form) -> Result<FreezeDraft, ApiError> {
    let scope = form.trimmed("scope").parse();
    Ok(FreezeDraft {
        title: form.trimmed("title").to_owned(),
        reason: form.trimmed("reason").to_owned(),
        scope: scope.map_err(|_| ApiError::field("scope", "choose what it is about"))?,
        environments: chosen(form, "environment")?,
        tiers: chosen(form, "tier")?,
        lets_through: match form.get("emergencies") {
            "true" => vec![ChangeType::Emergency],
            _ => Vec::new(),
        },
        from: match form.trimmed("from") {
            "" => None,
            _ => Some(time(visit, form, "from")?),
        },
        until: time(visit, form, "until")?,
    })
}

/// What was ticked of a list.
fn chosen<T: FromStr>(form: &Form, field: &'static str) -> Result<Vec<T>, ApiError> {
    let unknown = |_| ApiError::field(field, "choose from the list");
    form.all(field).map(|value| value.parse().map_err(unknown)).collect()
}

/// `POST /freezes/{freeze}/end`. A second time finds it over, so no key is needed.
pub(in crate::ui) async fn end(Path(freeze): Path<String>, posted: Posted) -> Response {
    let Posted { visit, form } = posted;
    let principal = &visit.signed_in.principal;
    match visit.state.app.end_freeze(principal, &freeze, form.trimmed("reason")).await {
        Ok(done) => redirect("/freezes", &recorded("The freeze has ended.", done.commit.as_ref())),
        Err(error) => refused(&visit, error.into()).await,
    }
}

async fn refused(visit: &Visit, error: ApiError) -> Response {
    if !error.status().is_client_error() {
        return visit.problem(error).await;
    }
    let mut page = page(visit).await;
    page.layout.flash.push(visit.refusal(&error));
    visit.page(error.status(), &page)
}
