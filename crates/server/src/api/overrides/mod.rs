//! `/v1/overrides`, and the overrides of a change.

mod list_overrides;
mod open_override;
mod review_override;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_overrides::list_overrides))
        .routes(routes!(open_override::open_override))
        .routes(routes!(review_override::review_override))
}
