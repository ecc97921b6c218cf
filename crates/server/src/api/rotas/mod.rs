//! `/v1/rotas`

mod cover_shift;
mod end_cover;
mod list_rotas;
mod put_rota;
mod remove_rota;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_rotas::list_rotas, put_rota::put_rota))
        .routes(routes!(remove_rota::remove_rota))
        .routes(routes!(cover_shift::cover_shift))
        .routes(routes!(end_cover::end_cover))
}
