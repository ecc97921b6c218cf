//! `GET /v1/service-accounts`

use api_types::service_accounts::ServiceAccount;
use api_types::{Page, PageQuery};
use axum::Json;
use axum::extract::State;

use crate::api::answer::{Problems, page};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// Machine identities with their tokens.
#[utoipa::path(
    get, path = "/v1/service-accounts", operation_id = "list_service_accounts", tag = "organisation",
    params(PageQuery),
    responses((status = 200, description = "One page", body = Page<ServiceAccount>), Problems)
)]
pub(crate) async fn list_service_accounts(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Page<ServiceAccount>>, ApiError> {
    caller.may_read_organisation("list service accounts")?;
    let live = state.app.live();
    let names = Names::new(&live.directory);
    let all = live.directory.service_accounts().map(|a| names.service_account(a)).collect();
    Ok(Json(page(all, &query)?))
}
