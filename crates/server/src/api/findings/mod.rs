//! `/v1/findings`

mod acknowledge_finding;
mod list_findings;
mod report_let_through;
mod resolve_finding;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_findings::list_findings))
        .routes(routes!(report_let_through::report_let_through))
        .routes(routes!(acknowledge_finding::acknowledge_finding))
        .routes(routes!(resolve_finding::resolve_finding))
}
