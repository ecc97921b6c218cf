//! Letting somebody answer for one.

use std::sync::Arc;

use app::organisation::DelegationDraft;
use axum::Extension;
use axum::response::Response;

use super::super::answer::recorded;
use super::super::form::{Form, Posted};
use super::super::once::{Done, Turns, once};
use super::super::visit::Visit;
use super::show::{refused, time};
use crate::error::ApiError;
use crate::wire::request;

/// `POST /absence/delegations`
pub(in crate::ui) async fn submit(
    Extension(turns): Extension<Arc<Turns>>,
    posted: Posted,
) -> Response {
    let Posted { visit, form } = posted;
    let act = async || {
        let draft = draft(&visit, &form)?;
        visit.state.app.delegate(&visit.signed_in.principal, draft).await?;
        let said = "The delegation is recorded. Both names go on every vote given by it.";
        Ok(Done::new("/absence", recorded(said, None)))
    };
    match once(&visit, &turns, "/absence/delegations", &form, act).await {
        Ok(response) => response,
        Err(error) => refused(&visit, &form, error).await,
    }
}

fn draft(visit: &Visit, form: &Form) -> Result<DelegationDraft, ApiError> {
    let delegate = domain::duties::resolve(form.trimmed("to"), &visit.live.directory)
        .ok_or_else(|| ApiError::field("to", "nobody is known by this"))?;
    let (role, scope) = form
        .trimmed("right")
        .split_once('@')
        .ok_or_else(|| ApiError::field("right", "choose a role"))?;
    Ok(DelegationDraft {
        delegate,
        role: request::read("right", role)?,
        scope: request::read("right", scope)?,
        from: match form.trimmed("delegated_from") {
            "" => None,
            _ => Some(time(visit, form, "delegated_from")?),
        },
        until: time(visit, form, "delegated_until")?,
        reason: form.trimmed("why").to_owned(),
    })
}
