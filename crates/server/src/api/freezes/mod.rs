//! `/v1/freezes`, and exceptions for a change.

mod ask_exception;
mod declare_freeze;
mod end_freeze;
mod list_freezes;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_freezes::list_freezes, declare_freeze::declare_freeze))
        .routes(routes!(end_freeze::end_freeze))
        .routes(routes!(ask_exception::ask_exception))
}
