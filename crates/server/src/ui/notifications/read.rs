//! Marking everything as read.

use axum::response::Response;
use console::view::Flash;

use super::super::answer::redirect;
use super::super::form::Posted;

/// `POST /notifications/reads`
pub(super) async fn submit(posted: Posted) -> Response {
    let visit = posted.visit;
    match visit.state.app.read_notifications(&visit.signed_in.principal, None).await {
        Ok(()) => redirect("/notifications", &Flash::good("All are marked as read.")),
        Err(error) => visit.problem(error.into()).await,
    }
}
