//! `GET /v1/sealed-overrides`

use api_types::sealed::SealedOverride;
use api_types::{Page, PageQuery};
use axum::Json;
use axum::extract::State;

use crate::api::answer::{Problems, page};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// All sealed overrides, newest first, and where they stand.
#[utoipa::path(
    get, path = "/v1/sealed-overrides", operation_id = "list_sealed_overrides", tag = "changes",
    params(PageQuery),
    responses((status = 200, description = "One page", body = Page<SealedOverride>), Problems)
)]
pub(crate) async fn list_sealed_overrides(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Page<SealedOverride>>, ApiError> {
    caller.may_read("list sealed overrides")?;
    let live = state.app.live();
    let names = Names::new(&live.directory);
    let (now, you) = (state.app.ports().now(), caller.principal.actor.person());
    let all = live.directory.sealed_overrides().rev();
    let seen = all.filter(|k| caller.principal.reaches(&k.issued.service, &k.issued.environment));
    Ok(Json(page(seen.map(|k| names.sealed_override(k, you, now)).collect(), &query)?))
}
