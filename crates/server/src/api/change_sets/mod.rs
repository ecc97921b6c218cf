//! `/v1/change-sets`

mod create_change_set;
mod get_change_set;
mod list_change_sets;

use api_types::change_sets::ChangeSet;
use domain::ids::ChangeSetId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create_change_set::create_change_set, list_change_sets::list_change_sets))
        .routes(routes!(get_change_set::get_change_set))
}

/// The whole set, as the caller may see it.
async fn set_record(
    state: &AppState,
    caller: &Caller,
    id: &ChangeSetId,
) -> Result<ChangeSet, ApiError> {
    let explained = state.app.explain_change_set(&caller.principal, id).await?;
    let live = state.app.live();
    let found =
        Names::new(&live.directory).change_set(&explained, &caller.principal, live.policy.live());
    found.ok_or_else(|| ApiError::not_found("change set", id.as_str()))
}
