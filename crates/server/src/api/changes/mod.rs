//! `/v1/changes`

mod acknowledge_briefing;
mod close_change;
mod create_change;
pub(crate) use create_change::read_material;
mod finish_deployment;
mod get_briefing;
mod get_change;
mod get_timeline;
mod hold_change;
mod list_changes;
mod object_to_change;
mod open_briefing;
mod record_vote;
mod release_hold;
mod revise_change;
mod submit_change;
mod withdraw_change;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_changes::list_changes, create_change::create_change))
        .routes(routes!(get_change::get_change))
        .routes(routes!(revise_change::revise_change))
        .routes(routes!(submit_change::submit_change))
        .routes(routes!(get_briefing::get_briefing))
        .routes(routes!(open_briefing::open_briefing))
        .routes(routes!(acknowledge_briefing::acknowledge_briefing))
        .routes(routes!(record_vote::record_vote))
        .routes(routes!(hold_change::hold_change))
        .routes(routes!(release_hold::release_hold))
        .routes(routes!(object_to_change::object_to_change))
        .routes(routes!(withdraw_change::withdraw_change))
        .routes(routes!(close_change::close_change))
        .routes(routes!(get_timeline::get_timeline))
        .routes(routes!(finish_deployment::finish_deployment))
}
