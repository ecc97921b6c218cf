//! Being away.

use std::sync::Arc;

use app::organisation::AbsenceDraft;
use axum::Extension;
use axum::response::Response;

use super::super::answer::recorded;
use super::super::form::Posted;
use super::super::once::{Done, Turns, once};
use super::show::{refused, time};

/// `POST /absence`
pub(in crate::ui) async fn submit(
    Extension(turns): Extension<Arc<Turns>>,
    posted: Posted,
) -> Response {
    let Posted { visit, form } = posted;
    let act = async || {
        let from = form.trimmed("from");
        let draft = AbsenceDraft {
            person: visit.person.clone(),
            from: if from.is_empty() { None } else { Some(time(&form, "from")?) },
            until: time(&form, "until")?,
            reason: Some(form.trimmed("reason").to_owned()),
        };
        visit.state.app.enter_absence(&visit.signed_in.principal, draft).await?;
        let said = recorded("Your absence is recorded: nobody asks you meanwhile.", None);
        Ok(Done::new("/absence", said))
    };
    match once(&visit, &turns, "/absence", &form, act).await {
        Ok(response) => response,
        Err(error) => refused(&visit, &form, error).await,
    }
}
