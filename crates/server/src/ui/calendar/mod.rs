//! The change calendar, freezes, accepted risks and findings.

mod feeds;
mod findings;
mod freezes;
mod risks;
mod scopes;
mod show;

use axum::Router;
use axum::routing::{get, post};
use jiff::Timestamp;

use super::form::Form;
use super::visit::Visit;
use crate::error::ApiError;
use crate::state::AppState;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/calendar", get(show::show))
        .route("/calendar-feeds", get(feeds::show).post(feeds::make))
        .route("/calendar-feeds/{token}/revoke", post(feeds::revoke))
        .route("/freezes", get(freezes::show).post(freezes::declare))
        .route("/freezes/{freeze}/end", post(freezes::end))
        .route("/findings", get(findings::show))
        .route("/findings/{finding}/acknowledgement", post(findings::acknowledge))
        .route("/findings/{finding}/resolution", post(findings::resolve))
        .route("/risks", get(risks::show).post(risks::accept))
        .route("/risks/{acceptance}/review", post(risks::review))
}

/// A time of a form, by the reader's clock.
fn time(visit: &Visit, form: &Form, field: &str) -> Result<Timestamp, ApiError> {
    let read = visit.reader().zone.at(form.trimmed(field));
    read.ok_or_else(|| ApiError::field(field, "choose a day and a time"))
}
