//! `POST /v1/sealed-overrides/reconciliation`

use api_types::sealed::{Reconciliation, ReconciliationRequest};
use axum::Json;
use axum::extract::State;

use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// Takes the record that a machine kept while this server did not answer. Each use becomes a change
/// that nobody approved, with a review and a finding; a use that was told before is given back.
#[utoipa::path(
    post, path = "/v1/sealed-overrides/reconciliation",
    operation_id = "reconcile_sealed_overrides", tag = "changes",
    request_body = ReconciliationRequest,
    responses((status = 200, description = "Recorded", body = Reconciliation), Problems)
)]
pub(crate) async fn reconcile_sealed_overrides(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<ReconciliationRequest>,
) -> Result<Json<Reconciliation>, ApiError> {
    let (told, intact) = state.app.reconcile_sealed(&caller.principal, &asked.lines).await?;
    let live = state.app.live();
    let (names, now) = (Names::new(&live.directory), state.app.ports().now());
    let uses = told.iter().map(|one| names.reconciled(one, now)).collect();
    Ok(Json(Reconciliation { intact, uses }))
}
