//! Closing a change after its review. A second time finds it closed, so no key is needed.

use axum::extract::Path;
use axum::response::Response;

use super::super::answer::{recorded, redirect};
use super::super::form::Posted;
use super::{resolve, show};

/// `POST /changes/{number}/closure`
pub(in crate::ui) async fn submit(Path(name): Path<String>, posted: Posted) -> Response {
    let Posted { visit, form } = posted;
    let id = match resolve(&visit, &name).await {
        Ok(id) => id,
        Err(error) => return visit.problem(error).await,
    };
    let principal = &visit.signed_in.principal;
    match visit.state.app.close_change(principal, &id, form.trimmed("review")).await {
        Ok(done) => {
            let message = recorded("It is reviewed and closed.", done.commit.as_ref());
            redirect(&format!("/changes/{name}"), &message)
        }
        Err(error) => show::refused(&visit, &id, error.into()).await,
    }
}
