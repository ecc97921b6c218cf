//! `POST /v1/service-accounts`

use api_types::service_accounts::{ServiceAccount, ServiceAccountRequest};
use axum::extract::State;
use domain::ids::ServiceAccountId;

use crate::api::answer::{Created, Problems};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::{Names, request};

/// Makes a machine identity. Its owner answers for it and can't approve what it asks for.
#[utoipa::path(
    post, path = "/v1/service-accounts", operation_id = "add_service_account", tag = "organisation",
    request_body = ServiceAccountRequest,
    responses((status = 201, description = "Recorded", body = ServiceAccount), Problems)
)]
pub(crate) async fn add_service_account(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<ServiceAccountRequest>,
) -> Result<Created<ServiceAccount>, ApiError> {
    request::at_most("purpose", asked.purpose.len(), 4_000, "bytes")?;
    let owner = match &asked.owner {
        Some(owner) => request::read("owner", owner)?,
        None => caller.principal.acting_person("add service accounts")?.clone(),
    };
    let (name, purpose) = (&asked.name, &asked.purpose);
    let id = state.app.add_service_account(&caller.principal, name, purpose, &owner).await?;
    Ok(Created(service_account(&state, &id)?))
}

/// A machine identity as it stands now.
pub(super) fn service_account(
    state: &AppState,
    id: &ServiceAccountId,
) -> Result<ServiceAccount, ApiError> {
    let live = state.app.live();
    let names = Names::new(&live.directory);
    let found = live.directory.service_account(id).map(|a| names.service_account(a));
    found.ok_or_else(|| ApiError::not_found("service account", id.as_str()))
}
