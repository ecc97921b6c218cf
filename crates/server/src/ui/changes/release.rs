//! Letting a held change go on. Lifting a hold twice finds no hold, so no key is needed.

use axum::extract::Path;
use axum::response::Response;
use domain::ids::HoldId;

use super::super::answer::{recorded, redirect};
use super::super::form::{Form, Posted};
use super::super::visit::Visit;
use super::{resolve, show};
use crate::error::ApiError;

/// `POST /changes/{number}/holds/{hold}/release`
pub(in crate::ui) async fn submit(
    Path((name, hold)): Path<(String, String)>,
    posted: Posted,
) -> Response {
    release(&posted.visit, &name, &hold, &posted.form).await
}

/// `POST /changes/{number}/releases`, the hold being a field.
pub(in crate::ui) async fn by_field(Path(name): Path<String>, posted: Posted) -> Response {
    release(&posted.visit, &name, posted.form.get("hold"), &posted.form).await
}

async fn release(visit: &Visit, name: &str, hold: &str, form: &Form) -> Response {
    let id = match resolve(visit, name).await {
        Ok(id) => id,
        Err(error) => return visit.problem(error).await,
    };
    let Ok(hold) = hold.parse::<HoldId>() else {
        return visit.problem(ApiError::not_found("hold", hold)).await;
    };
    let principal = &visit.signed_in.principal;
    let reason = form.trimmed("reason");
    match visit.state.app.release_hold(principal, &id, &hold, reason).await {
        Ok(done) => {
            let message = recorded("The hold is released.", done.commit.as_ref());
            redirect(&format!("/changes/{name}"), &message)
        }
        Err(error) => show::refused(visit, &id, error.into()).await,
    }
}
