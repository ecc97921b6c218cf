//! Machine identities, and making one. The one who makes it answers for it.

use axum::http::StatusCode;
use axum::response::Response;
use console::pages::service_accounts::Page;
use console::view::{FormErrors, Section};

use super::super::answer::{recorded, redirect};
use super::super::form::{Form, Posted};
use super::super::view::service_accounts as view;
use super::super::visit::{Visit, refused_fields};

/// `GET /organisation/service-accounts`
pub(in crate::ui) async fn show(visit: Visit) -> Response {
    let page = page(&visit, &Form::default(), FormErrors::default()).await;
    visit.ok(&page)
}

async fn page(visit: &Visit, form: &Form, errors: FormErrors) -> Page {
    let reader = visit.reader();
    Page {
        layout: visit.layout("Service accounts", Section::Organisation).await,
        accounts: reader.directory.service_accounts().map(|a| view::row(&reader, a)).collect(),
        can_create: visit.is_admin(),
        name: form.get("name").to_owned(),
        description: form.get("description").to_owned(),
        errors,
    }
}

/// `POST /organisation/service-accounts`. A name is taken once, so no key is needed.
pub(in crate::ui) async fn submit(posted: Posted) -> Response {
    let Posted { visit, form } = posted;
    let principal = &visit.signed_in.principal;
    let (name, purpose) = (form.trimmed("name"), form.trimmed("description"));
    match visit.state.app.add_service_account(principal, name, purpose, &visit.person).await {
        Ok(id) => {
            let message = recorded("It is made. Give it a token to use it.", None);
            redirect(&format!("/organisation/service-accounts/{id}"), &message)
        }
        Err(error) => {
            let error = error.into();
            let Some(fields) = refused_fields(&error) else { return visit.problem(error).await };
            let mut errors = FormErrors::default();
            for (field, message) in fields {
                errors.add(field, message);
            }
            let status = error.status();
            let page = page(&visit, &form, errors).await;
            visit.page(if status.is_success() { StatusCode::BAD_REQUEST } else { status }, &page)
        }
    }
}
