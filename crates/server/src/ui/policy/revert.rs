//! Proposing the bundle again that was live before.

use std::sync::Arc;

use axum::Extension;
use axum::response::Response;

use super::super::answer::recorded;
use super::super::form::{Form, Posted};
use super::super::once::{Done, Turns, once};
use super::super::view::policy::proposal_href;
use super::super::visit::{Visit, refused_fields};
use super::show;
use crate::error::ApiError;

/// `POST /policy/revert`
pub(in crate::ui) async fn submit(
    Extension(turns): Extension<Arc<Turns>>,
    posted: Posted,
) -> Response {
    let Posted { visit, form } = posted;
    let act = async || revert(&visit, &form).await;
    match once(&visit, &turns, "/policy/revert", &form, act).await {
        Ok(response) => response,
        Err(error) => refused(&visit, form.get("reason"), error).await,
    }
}

async fn revert(visit: &Visit, form: &Form) -> Result<Done, ApiError> {
    let (who, reason) = (&visit.signed_in.principal, form.trimmed("reason"));
    let done = visit.state.app.revert_policy(who, None, reason).await?;
    let message = recorded("The bundle before is proposed again.", done.commit.as_ref());
    Ok(Done::new(proposal_href(&done.value), message))
}

async fn refused(visit: &Visit, typed: &str, error: ApiError) -> Response {
    let Some(fields) = refused_fields(&error) else { return visit.problem(error).await };
    let mut page = show::page(visit).await;
    if let Some(form) = &mut page.revert {
        typed.clone_into(&mut form.reason);
        for (field, message) in fields {
            form.errors.add(field, message);
        }
    }
    visit.page(error.status(), &page)
}
