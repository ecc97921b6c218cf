//! Registering a webhook, whose secret is shown once, and removing one.

use app::notify::WebhookDraft;
use app::{Earlier, KeptAnswer, KeyTaken, RequestKey};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use console::pages::notifications::NewWebhookPage;
use console::view::{Flash, FormErrors, Section};

use super::super::answer::redirect;
use super::super::form::{Form, Posted};
use super::super::visit::{Visit, refused_fields};
use super::delivery;
use crate::error::ApiError;

/// `POST /notifications/webhooks`
pub(super) async fn add(posted: Posted) -> Response {
    let Posted { visit, form } = posted;
    match added(&visit, &form).await {
        Ok(page) => visit.ok(&page),
        Err(error) => refused(&visit, &form, error).await,
    }
}

async fn added(visit: &Visit, form: &Form) -> Result<NewWebhookPage, ApiError> {
    let app = &visit.state.app;
    let principal = &visit.signed_in.principal;
    app.webhooks(principal)?;
    let key = format!("page:{}", form.get("idempotency_key"));
    let asked = RequestKey::new(principal, &key, "POST", "/notifications/webhooks", form.bytes());
    // The secret is shown once: the same form again must not make a second webhook either.
    if !matches!(app.earlier_answer(&asked).await?, Earlier::None) {
        return Err(already_made());
    }
    let url = form.trimmed("url");
    let Some(poster) = &visit.state.settings.channels.webhooks else {
        return Err(ApiError::field("url", "this server makes no calls"));
    };
    poster.check(url).map_err(|reason| ApiError::field("url", &reason))?;
    let draft = WebhookDraft {
        label: form.trimmed("label").to_owned(),
        url: url.to_owned(),
        events: form.get("events").split_whitespace().map(str::to_owned).collect(),
    };
    let (added, taken) = app.keyed(&asked, app.add_webhook(principal, &draft, None)).await;
    if taken == KeyTaken::ByAnother {
        return Err(already_made());
    }
    let (_, secret) = added?;
    let answer = KeptAnswer { status: 409, body: "shown once".to_owned() };
    if let Err(error) = app.keep_answer(&asked, answer).await {
        tracing::warn!(error = %error, "failed to keep the answer to a form");
    }
    let layout = visit.layout("New webhook", Section::None).await;
    Ok(NewWebhookPage { layout, label: draft.label, secret })
}

fn already_made() -> ApiError {
    let detail = "this form registered its webhook before, and the secret is shown once";
    ApiError::new(StatusCode::CONFLICT, "already_answered", detail)
        .next_action("if it is lost, remove the webhook and register it again")
}

async fn refused(visit: &Visit, form: &Form, error: ApiError) -> Response {
    let Some(fields) = refused_fields(&error) else { return visit.problem(error).await };
    let mut errors = FormErrors::default();
    for (field, message) in fields {
        errors.add(field, message);
    }
    let page = delivery::page(visit, form, errors).await;
    visit.answer(page.map(|page| visit.page(StatusCode::BAD_REQUEST, &page))).await
}

/// `POST /notifications/webhooks/{webhook}/removal`
pub(super) async fn remove(Path(id): Path<String>, posted: Posted) -> Response {
    let visit = posted.visit;
    let Ok(id) = id.parse() else {
        return visit.problem(ApiError::not_found("webhook", &id)).await;
    };
    match visit.state.app.remove_webhook(&visit.signed_in.principal, &id).await {
        Ok(()) => redirect("/notifications/delivery", &Flash::good("It is removed.")),
        Err(error) => visit.problem(error.into()).await,
    }
}
