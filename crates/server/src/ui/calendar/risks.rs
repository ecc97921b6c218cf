//! Accepted risks; accepting one, and looking at one again.

use std::sync::Arc;

use app::organisation::AcceptanceDraft;
use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use console::pages::calendar::{RiskForm, RisksPage};
use console::view::Section;
use domain::ids::RiskAcceptanceId;
use domain::organisation::{AcceptanceOutcome, Status};

use super::super::answer::{recorded, redirect};
use super::super::form::{Form, Posted};
use super::super::once::{Done, Turns, once};
use super::super::view::freezes as view;
use super::super::visit::Visit;
use super::time;
use crate::error::ApiError;

/// `GET /risks`
pub(in crate::ui) async fn show(visit: Visit) -> Response {
    let page = page(&visit).await;
    visit.ok(&page)
}

async fn page(visit: &Visit) -> RisksPage {
    let reader = visit.reader();
    let all = visit.live.directory.acceptances().rev();
    RisksPage {
        risks: all.map(|k| view::risk(&reader, k, &visit.person, &visit.live)).collect(),
        form: form(visit),
        layout: visit.layout("Accepted risks", Section::Changes).await,
    }
}

/// Offered to holders of a role that some rule names; whether it reaches the service is said then.
fn form(visit: &Visit) -> Option<RiskForm> {
    let bundle = visit.bundle()?;
    let directory = &visit.live.directory;
    let holds = |terms: &domain::requirement::AcceptanceTerms| {
        terms.roles.iter().any(|role| directory.holds(&visit.person, role.as_str()))
    };
    let offered = bundle
        .rules()
        .iter()
        .filter(|rule| rule.acceptable.as_ref().is_some_and(|(_, terms)| holds(terms)));
    let rules: Vec<String> = offered.map(|rule| rule.id.clone()).collect();
    let services = directory.services().filter(|s| s.status == Status::Active);
    (!rules.is_empty()).then(|| RiskForm {
        rules,
        services: services.map(|s| s.name.to_string()).collect(),
        environments: bundle.environments().iter().map(|e| e.name.to_string()).collect(),
        zone: visit.reader().zone.name().to_owned(),
        idempotency_key: visit.new_key(),
    })
}

/// `POST /risks`
pub(in crate::ui) async fn accept(
    Extension(turns): Extension<Arc<Turns>>,
    posted: Posted,
) -> Response {
    let Posted { visit, form } = posted;
    let act = async || {
        let draft = draft(&visit, &form)?;
        let done = visit.state.app.accept_risk(&visit.signed_in.principal, &draft).await?;
        let message = recorded("The risk is accepted. It is no approval.", done.commit.as_ref());
        Ok(Done::new("/risks", message))
    };
    match once(&visit, &turns, "/risks", &form, act).await {
        Ok(response) => response,
        Err(error) => refused(&visit, error).await,
    }
}

fn draft(visit: &Visit, form: &Form) -> Result<AcceptanceDraft, ApiError> {
    let choose = |field: &'static str| move |_| ApiError::field(field, "choose one of the list");
    Ok(AcceptanceDraft {
        rule: form.trimmed("rule").to_owned(),
        service: form.trimmed("service").parse().map_err(choose("service"))?,
        environment: form.trimmed("environment").parse().map_err(choose("environment"))?,
        reason: form.trimmed("reason").to_owned(),
        expires_at: time(visit, form, "until")?,
        review_at: time(visit, form, "review_at")?,
    })
}

/// `POST /risks/{acceptance}/review`
pub(in crate::ui) async fn review(Path(acceptance): Path<String>, posted: Posted) -> Response {
    let Posted { visit, form } = posted;
    match reviewed(&visit, &acceptance, &form).await {
        Ok(message) => redirect("/risks", &message),
        Err(error) => refused(&visit, error).await,
    }
}

async fn reviewed(
    visit: &Visit,
    acceptance: &str,
    form: &Form,
) -> Result<console::view::Flash, ApiError> {
    let missing = |_| ApiError::not_found("risk acceptance", acceptance);
    let id: RiskAcceptanceId = acceptance.parse().map_err(missing)?;
    let outcome = match form.get("outcome") {
        "keep" => AcceptanceOutcome::Keep,
        "end" => AcceptanceOutcome::End,
        _ => return Err(ApiError::field("outcome", "say whether it stands")),
    };
    let principal = &visit.signed_in.principal;
    let findings = form.trimmed("findings");
    let done = visit.state.app.review_acceptance(principal, &id, outcome, findings).await?;
    Ok(recorded("The review is on the record.", done.commit.as_ref()))
}

async fn refused(visit: &Visit, error: ApiError) -> Response {
    if !error.status().is_client_error() {
        return visit.problem(error).await;
    }
    let mut page = page(visit).await;
    page.layout.flash.push(visit.refusal(&error));
    visit.page(error.status(), &page)
}
