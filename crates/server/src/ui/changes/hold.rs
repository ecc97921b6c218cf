//! Stopping a change.

use std::sync::Arc;

use axum::Extension;
use axum::extract::Path;
use axum::response::Response;

use super::super::answer::recorded;
use super::super::form::Posted;
use super::super::once::{Done, Turns, once};
use super::{resolve, show};

/// `POST /changes/{number}/holds`
pub(in crate::ui) async fn submit(
    Path(name): Path<String>,
    Extension(turns): Extension<Arc<Turns>>,
    posted: Posted,
) -> Response {
    let Posted { visit, form } = posted;
    let id = match resolve(&visit, &name).await {
        Ok(id) => id,
        Err(error) => return visit.problem(error).await,
    };
    let path = format!("/changes/{id}/holds");
    let act = async || {
        let principal = &visit.signed_in.principal;
        let held = visit.state.app.hold_change(principal, &id, form.trimmed("reason")).await?;
        let message = recorded("You hold it: the gate stays closed.", held.commit.as_ref());
        Ok(Done::new(format!("/changes/{name}"), message))
    };
    match once(&visit, &turns, &path, &form, act).await {
        Ok(response) => response,
        Err(error) => show::refused(&visit, &id, error).await,
    }
}
