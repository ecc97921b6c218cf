//! `POST /v1/domains`

use api_types::services::Domain;
use axum::Json;
use axum::extract::State;
use domain::ids::DomainName;

use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::request;

/// Adds a domain, or changes its title.
#[utoipa::path(
    post, path = "/v1/domains", operation_id = "put_domain", tag = "organisation",
    request_body = Domain,
    responses((status = 200, description = "Recorded", body = Domain), Problems)
)]
pub(crate) async fn put_domain(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<Domain>,
) -> Result<Json<Domain>, ApiError> {
    let name: DomainName = request::read("name", &asked.name)?;
    state.app.put_domain(&caller.principal, name, &asked.title).await?;
    Ok(Json(asked))
}
