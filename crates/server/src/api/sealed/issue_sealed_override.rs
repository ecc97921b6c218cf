//! `POST /v1/sealed-overrides`

use api_types::sealed::{IssuedSealedOverride, SealedOverrideRequest};
use axum::extract::State;

use crate::api::answer::{Created, Problems};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;
use crate::wire::sealed::draft;

/// Issues a sealed override: a document, and two halves of a code that are in this answer and nowhere
/// else. Who may override there may issue it; two others hold the halves. The owners of the service are
/// told.
#[utoipa::path(
    post, path = "/v1/sealed-overrides", operation_id = "issue_sealed_override", tag = "changes",
    request_body = SealedOverrideRequest,
    responses((status = 201, description = "Recorded", body = IssuedSealedOverride), Problems)
)]
pub(crate) async fn issue_sealed_override(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<SealedOverrideRequest>,
) -> Result<Created<IssuedSealedOverride>, ApiError> {
    // Rights come before the fields: who may not issue one learns nothing about them.
    caller.principal.acting_account("issue a sealed override")?;
    let draft = draft(&asked, &state.app.live().directory)?;
    let recorded = state.app.issue_sealed(&caller.principal, &draft).await?;
    let live = state.app.live();
    let (now, you) = (state.app.ports().now(), caller.principal.actor.person());
    let issued = Names::new(&live.directory).issued_sealed(&recorded, you, now);
    issued.map(Created).ok_or_else(|| ApiError::not_found("sealed override", "just issued"))
}
