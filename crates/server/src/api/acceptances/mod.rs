//! `/v1/risk-acceptances`

mod accept_risk;
mod list_acceptances;
mod review_acceptance;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_acceptances::list_acceptances, accept_risk::accept_risk))
        .routes(routes!(review_acceptance::review_acceptance))
}
