//! `/v1/gate`

mod ask_gate;
mod redeem_grant;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(ask_gate::ask_gate))
        .routes(routes!(redeem_grant::redeem_grant))
}
