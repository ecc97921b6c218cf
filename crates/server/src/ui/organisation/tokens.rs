//! Tokens of a machine identity: issued with their text shown once, and revoked.

use std::collections::BTreeSet;
use std::sync::Arc;

use app::access::TokenDraft;
use axum::extract::Path;
use axum::response::Response;
use console::pages::service_accounts::NewTokenPage;
use console::view::{FormErrors, Section};
use domain::ids::{ServiceAccountId, TokenId};

use super::super::answer::{recorded, redirect};
use super::super::form::{Form, Posted};
use super::super::shown_once::shown_once;
use super::super::view::service_accounts::{self as view, Typed};
use super::super::visit::{Visit, refused_fields};
use super::service_account;
use crate::error::ApiError;

/// `POST /organisation/service-accounts/{id}/tokens`
pub(in crate::ui) async fn issue(Path(id): Path<String>, posted: Posted) -> Response {
    let Posted { visit, form } = posted;
    match issued(&visit, &id, &form).await {
        Ok(page) => visit.ok(&page),
        Err(error) => refused(&visit, &id, &form, error).await,
    }
}

async fn issued(visit: &Visit, id: &str, form: &Form) -> Result<NewTokenPage, ApiError> {
    let account = id.parse().map_err(|_| ApiError::not_found("service account", id))?;
    let draft = draft(form)?;
    let app = &visit.state.app;
    let path = format!("/organisation/service-accounts/{id}/tokens");
    let (label, scope) = (draft.label.clone(), scope_in_words(&draft));
    let act = app.issue_service_token(&visit.signed_in.principal, &account, draft);
    let token = shown_once(visit, form, &path, act).await?;
    let live = app.live();
    let expires = live.directory.token(&token.id).map(|(_, t)| visit.reader().moment(t.expires_at));
    Ok(NewTokenPage {
        layout: visit.layout("New token", Section::Organisation).await,
        account: name_of(&live, &account),
        account_href: format!("/organisation/service-accounts/{account}"),
        label,
        secret: token.text,
        expires,
        scope,
        server_url: visit.server_url(),
    })
}

fn name_of(live: &Arc<app::Live>, id: &ServiceAccountId) -> String {
    let known = live.directory.service_account(id);
    known.map_or_else(|| id.to_string(), |account| account.name.clone())
}

fn draft(form: &Form) -> Result<TokenDraft, ApiError> {
    let names = |field: &'static str| -> Vec<String> { form.list(field) };
    let services = names("service");
    let environments = names("environment");
    if services.is_empty() {
        return Err(ApiError::field("service", "choose at least one service"));
    }
    if environments.is_empty() {
        return Err(ApiError::field("environment", "choose at least one environment"));
    }
    Ok(TokenDraft {
        label: form.trimmed("label").to_owned(),
        verbs: form.all("verb").filter_map(view::verb_sent).collect(),
        services: Some(crate::wire::request::read_all::<_, BTreeSet<_>>("service", &services)?),
        environments: Some(crate::wire::request::read_all::<_, BTreeSet<_>>(
            "environment",
            &environments,
        )?),
        expires_in_days: form.get("expires_days").parse().unwrap_or(0),
    })
}

fn scope_in_words(draft: &TokenDraft) -> String {
    let verbs: Vec<&str> = draft.verbs.iter().map(|verb| view::verb(*verb)).collect();
    let join = |names: Vec<String>| names.join(", ");
    let services = draft.services.iter().flatten().map(ToString::to_string).collect();
    let environments = draft.environments.iter().flatten().map(ToString::to_string).collect();
    format!("It may {} for {} in {}.", verbs.join(", "), join(services), join(environments))
}

async fn refused(visit: &Visit, id: &str, form: &Form, error: ApiError) -> Response {
    let Some(fields) = refused_fields(&error) else { return visit.problem(error).await };
    let mut errors = FormErrors::default();
    for (field, message) in fields {
        let field = match field.split('[').next().unwrap_or_default() {
            "verbs" => "verb",
            "expires_in_days" => "expires_days",
            other => other,
        };
        errors.add(field, message);
    }
    let typed = Typed {
        label: form.get("label").to_owned(),
        verbs: form.list("verb"),
        services: form.list("service"),
        environments: form.list("environment"),
        expires_days: form.get("expires_days").to_owned(),
    };
    let page = service_account::page(visit, id, &typed, errors).await;
    visit.answer(page.map(|page| visit.page(error.status(), &page))).await
}

/// `POST /organisation/service-accounts/{id}/tokens/{token}/revoke`. Twice is once.
pub(in crate::ui) async fn revoke(
    Path((id, token)): Path<(String, String)>,
    posted: Posted,
) -> Response {
    let visit = posted.visit;
    let Ok(token) = token.parse::<TokenId>() else {
        return visit.problem(ApiError::not_found("token", &token)).await;
    };
    match visit.state.app.revoke_token(&visit.signed_in.principal, &token).await {
        Ok(()) => redirect(
            &format!("/organisation/service-accounts/{}", crate::wire::text::percent_encode(&id)),
            &recorded("The token is revoked and stops working at once.", None),
        ),
        Err(error) => visit.problem(error.into()).await,
    }
}
