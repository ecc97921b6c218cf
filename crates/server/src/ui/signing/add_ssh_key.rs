//! Adding an SSH key.

use std::sync::Arc;

use axum::Extension;
use axum::response::Response;

use super::super::answer::recorded;
use super::super::form::Posted;
use super::super::once::{Done, Turns, once};
use super::show::refused;
use crate::wire::signing::public_key;

/// `POST /signing-keys`
pub(in crate::ui) async fn submit(
    Extension(turns): Extension<Arc<Turns>>,
    posted: Posted,
) -> Response {
    let Posted { visit, form } = posted;
    let act = async || {
        let key = public_key(form.trimmed("public_key"))?;
        let principal = &visit.signed_in.principal;
        visit.state.app.add_ssh_key(principal, form.trimmed("name"), key).await?;
        let said = "The key is added: votes can be signed with it from now on.";
        Ok(Done::new("/signing-keys", recorded(said, None)))
    };
    match once(&visit, &turns, "/signing-keys", &form, act).await {
        Ok(response) => response,
        Err(error) => refused(&visit, &form, error).await,
    }
}
