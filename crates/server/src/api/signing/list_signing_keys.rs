//! `GET /v1/me/signing-keys`

use api_types::signing::SigningKey;
use api_types::{Page, PageQuery};
use axum::Json;
use axum::extract::State;

use crate::api::answer::{Problems, page};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::signing::key;

/// The keys that the caller can sign votes with.
#[utoipa::path(
    get, path = "/v1/me/signing-keys", operation_id = "list_signing_keys", tag = "organisation",
    params(PageQuery),
    responses((status = 200, description = "One page", body = Page<SigningKey>), Problems)
)]
pub(crate) async fn list_signing_keys(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Page<SigningKey>>, ApiError> {
    let person = caller.principal.acting_person("list signing keys")?;
    let live = state.app.live();
    let all = live.directory.signing_keys_of(person).map(|k| key(&k.key)).collect();
    Ok(Json(page(all, &query)?))
}
