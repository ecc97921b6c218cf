//! Objecting to what a rule does by itself.

use std::sync::Arc;

use axum::Extension;
use axum::extract::Path;
use axum::response::Response;

use super::super::answer::recorded;
use super::super::form::Posted;
use super::super::once::{Done, Turns, once};
use super::{resolve, show};

/// `POST /changes/{number}/objections`
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
    let path = format!("/changes/{id}/objections");
    let act = async || {
        let principal = &visit.signed_in.principal;
        let reason = Some(form.trimmed("reason"));
        let done = visit.state.app.object_to_change(principal, &id, reason).await?;
        let message = recorded("You objected: people decide now.", done.commit.as_ref());
        Ok(Done::new(format!("/changes/{name}"), message))
    };
    match once(&visit, &turns, &path, &form, act).await {
        Ok(response) => response,
        Err(error) => show::refused(&visit, &id, error).await,
    }
}
