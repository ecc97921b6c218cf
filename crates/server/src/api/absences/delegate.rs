//! `POST /v1/delegations`

use api_types::absences::{Delegation, DelegationRequest};
use app::organisation::DelegationDraft;
use axum::extract::State;

use crate::api::answer::{Created, Problems};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::{Names, request};

/// Lets somebody answer for the caller, within the limits of policy. Nobody gives away another's
/// right, and a delegated one can't be delegated on.
#[utoipa::path(
    post, path = "/v1/delegations", operation_id = "delegate", tag = "organisation",
    request_body = DelegationRequest,
    responses((status = 201, description = "Recorded", body = Delegation), Problems)
)]
pub(crate) async fn delegate(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<DelegationRequest>,
) -> Result<Created<Delegation>, ApiError> {
    request::readable("reason", &asked.reason)?;
    let draft = DelegationDraft {
        delegate: request::read("delegate", &asked.delegate)?,
        role: request::read("role", &asked.role)?,
        scope: request::read("scope", &asked.scope)?,
        from: asked.from.as_ref().map(|t| request::time("from", t)).transpose()?,
        until: request::time("until", &asked.until)?,
        reason: asked.reason,
    };
    let id = state.app.delegate(&caller.principal, draft).await?;
    let live = state.app.live();
    let found = live.directory.delegation(&id);
    let found = found.ok_or_else(|| ApiError::not_found("delegation", id.as_str()))?;
    Ok(Created(Names::new(&live.directory).delegation(found, state.app.ports().now())))
}
