//! Being away.

use std::sync::Arc;

use app::organisation::AbsenceDraft;
use axum::Extension;
use axum::response::Response;
use domain::ids::PersonId;

use super::super::answer::recorded;
use super::super::form::Posted;
use super::super::once::{Done, Turns, once};
use super::super::visit::Visit;
use super::show::{refused, time};
use crate::error::ApiError;

/// `POST /absence`
pub(in crate::ui) async fn submit(
    Extension(turns): Extension<Arc<Turns>>,
    posted: Posted,
) -> Response {
    let Posted { visit, form } = posted;
    let act = async || {
        let from = form.trimmed("from");
        let draft = AbsenceDraft {
            person: whose(&visit, form.trimmed("person"))?,
            from: if from.is_empty() { None } else { Some(time(&visit, &form, "from")?) },
            until: time(&visit, &form, "until")?,
            reason: Some(form.trimmed("reason").to_owned()),
        };
        visit.state.app.enter_absence(&visit.signed_in.principal, draft).await?;
        let said = match form.trimmed("person") {
            "" => "Your absence is recorded: nobody asks you meanwhile.",
            _ => "The absence is recorded: nobody asks them meanwhile.",
        };
        let said = recorded(said, None);
        Ok(Done::new("/absence", said))
    };
    match once(&visit, &turns, "/absence", &form, act).await {
        Ok(response) => response,
        Err(error) => refused(&visit, &form, error).await,
    }
}

/// Whose absence it is: the reader's own, or somebody's whom an admin names.
pub(super) fn whose(visit: &Visit, named: &str) -> Result<PersonId, ApiError> {
    if named.is_empty() {
        return Ok(visit.person.clone());
    }
    let found = domain::duties::resolve(named, &visit.live.directory);
    found.ok_or_else(|| ApiError::field("person", "nobody is known by this"))
}
