//! `/v1/policy`

mod activate_policy;
mod check_policy;
mod decline_policy;
mod explain_policy;
mod get_policy;
mod list_policy_proposals;
mod propose_policy;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get_policy::get_policy))
        .routes(routes!(check_policy::check_policy))
        .routes(routes!(explain_policy::explain_policy))
        .routes(routes!(
            list_policy_proposals::list_policy_proposals,
            propose_policy::propose_policy
        ))
        .routes(routes!(activate_policy::activate_policy))
        .routes(routes!(decline_policy::decline_policy))
}
