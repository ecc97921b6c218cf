//! `POST /v1/freezes`

use api_types::freezes::{Freeze, FreezeRequest};
use axum::extract::State;

use crate::api::answer::{Created, Problems};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;
use crate::wire::freezes::draft;

/// Declares a freeze. From its first moment the gate denies what it is about, also what was
/// approved before.
#[utoipa::path(
    post, path = "/v1/freezes", operation_id = "declare_freeze", tag = "changes",
    request_body = FreezeRequest,
    responses((status = 201, description = "Recorded", body = Freeze), Problems)
)]
pub(crate) async fn declare_freeze(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<FreezeRequest>,
) -> Result<Created<Freeze>, ApiError> {
    // Rights come before the fields: who may not declare learns nothing about them.
    let person = caller.principal.acting_person("declare a freeze")?.clone();
    let freeze = state.app.declare_freeze(&caller.principal, &draft(&asked)?).await?.value;
    let live = state.app.live();
    let now = state.app.ports().now();
    Ok(Created(Names::new(&live.directory).freeze(&freeze, &live, Some(&person), now)))
}
