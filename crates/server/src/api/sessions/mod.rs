//! `/v1/sessions` and `/v1/setup`

mod begin_session;
mod end_session;
mod set_up;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(begin_session::begin_session))
        .routes(routes!(end_session::end_session))
        .routes(routes!(set_up::set_up))
}
