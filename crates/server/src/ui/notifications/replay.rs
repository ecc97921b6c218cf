//! Sending again what was given up.

use axum::response::Response;
use console::view::Flash;

use super::super::answer::redirect;
use super::super::form::Posted;
use super::super::view::reader::counted;

/// `POST /notifications/dead-letters/replay`
pub(super) async fn submit(posted: Posted) -> Response {
    let visit = posted.visit;
    match visit.state.app.replay_dead_letters(&visit.signed_in.principal, None).await {
        Ok(count) => {
            let text =
                format!("{} on the way again.", counted(count, "message is", "messages are"));
            redirect("/notifications/delivery", &Flash::good(text))
        }
        Err(error) => visit.problem(error.into()).await,
    }
}
