//! `/v1/sealed-overrides`

mod issue_sealed_override;
mod list_sealed_overrides;
mod reconcile_sealed_overrides;
mod revoke_sealed_override;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(
            list_sealed_overrides::list_sealed_overrides,
            issue_sealed_override::issue_sealed_override
        ))
        .routes(routes!(reconcile_sealed_overrides::reconcile_sealed_overrides))
        .routes(routes!(revoke_sealed_override::revoke_sealed_override))
}
