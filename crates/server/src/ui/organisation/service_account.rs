//! One machine identity with its tokens.

use axum::extract::Path;
use axum::response::Response;
use console::pages::service_accounts::AccountPage;
use console::view::{FormErrors, Section};
use domain::ids::ServiceAccountId;

use super::super::view::service_accounts::{self as view, Typed};
use super::super::view::status;
use super::super::visit::Visit;
use crate::error::ApiError;

/// `GET /organisation/service-accounts/{id}`
pub(in crate::ui) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    let made = page(&visit, &id, &Typed::default(), FormErrors::default()).await;
    visit.answer(made.map(|page| visit.ok(&page))).await
}

/// The page, with what was typed into its form and what is wrong with it.
pub(super) async fn page(
    visit: &Visit,
    id: &str,
    typed: &Typed,
    errors: FormErrors,
) -> Result<AccountPage, ApiError> {
    let reader = visit.reader();
    let known = id.parse::<ServiceAccountId>().ok();
    let account = known.and_then(|id| reader.directory.service_account(&id));
    let account = account.ok_or_else(|| ApiError::not_found("service account", id))?;
    let may = account.owner == visit.person || visit.is_admin();
    let form = may.then(|| {
        let mut form = view::form(&reader, visit.bundle(), typed);
        form.idempotency_key = visit.new_key();
        form.errors = errors;
        form
    });
    Ok(AccountPage {
        layout: visit.layout(&account.name, Section::Organisation).await,
        id: account.id.to_string(),
        name: account.name.clone(),
        description: account.purpose.clone(),
        owner: reader.person(&account.owner),
        status: status::active(account.status),
        status_change: visit.status_change(account.status, || {
            format!("/organisation/service-accounts/{}/disable", account.id)
        }),
        tokens: view::tokens(&reader, &account.id, may),
        form,
    })
}
