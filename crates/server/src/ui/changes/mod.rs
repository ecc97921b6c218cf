//! Changes: the list, one change, asking for one, and what people do with one.

mod briefing;
mod close;
mod create;
mod exception;
mod hold;
mod list;
mod new;
mod object;
mod overrides;
mod release;
mod revise;
mod show;
mod submit;
mod typed;
pub(super) mod vote;
mod withdraw;

use axum::Router;
use axum::routing::{get, post};
use domain::ids::ChangeId;

use super::visit::Visit;
use crate::error::ApiError;
use crate::state::AppState;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/changes", get(list::show).post(create::submit))
        .route("/changes/new", get(new::show))
        .route("/changes/{number}", get(show::show))
        .route("/changes/{number}/revise", get(revise::show))
        .route("/changes/{number}/revisions", post(revise::submit))
        .route("/changes/{number}/briefing", get(briefing::show))
        .route("/changes/{number}/briefing/openings", post(briefing::open))
        .route("/changes/{number}/briefing/decision", post(briefing::decide))
        .route("/changes/{number}/votes", post(vote::submit))
        .route("/changes/{number}/holds", post(hold::submit))
        .route("/changes/{number}/holds/{hold}/release", post(release::submit))
        .route("/changes/{number}/objections", post(object::submit))
        .route("/changes/{number}/releases", post(release::by_field))
        .route("/changes/{number}/overrides", post(overrides::open))
        .route("/changes/{number}/overrides/{override}/review", post(overrides::review))
        .route("/overrides", get(overrides::list))
        .route("/overrides/sealed/{sealed}/revoke", post(overrides::revoke_sealed))
        .route("/changes/{number}/exceptions", post(exception::submit))
        .route("/changes/{number}/withdraw", post(withdraw::submit))
        .route("/changes/{number}/withdrawal", post(withdraw::submit))
        .route("/changes/{number}/submission", post(submit::submit))
        .route("/changes/{number}/closure", post(close::submit))
}

/// The change behind `CHG-1042` or `chg_…`.
pub(super) async fn resolve(visit: &Visit, name: &str) -> Result<ChangeId, ApiError> {
    if let Ok(id) = name.parse::<ChangeId>() {
        return Ok(id);
    }
    let number = name.parse().map_err(|_| ApiError::not_found("change", name))?;
    let found = visit.state.app.store().change_by_number(number).await?;
    found.ok_or_else(|| ApiError::not_found("change", name))
}
