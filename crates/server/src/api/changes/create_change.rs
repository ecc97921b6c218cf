//! `POST /v1/changes`

use api_types::changes::{Change, ChangeRequest};
use app::change::NewChange;
use axum::extract::State;
use domain::change::Material;

use crate::api::answer::{Created, Problems, find_change, new_change};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::request;

/// Asks for a change, and hands it in unless `submit` is false.
#[utoipa::path(
    post, path = "/v1/changes", operation_id = "create_change", tag = "changes",
    request_body = ChangeRequest,
    responses((status = 201, description = "Recorded", body = Change), Problems)
)]
pub(crate) async fn create_change(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(mut asked): JsonBody<ChangeRequest>,
) -> Result<Created<Change>, ApiError> {
    let submit = asked.submit;
    let supersedes = match asked.supersedes.take() {
        Some(text) => Some(find_change(&state, &caller, &text).await?),
        None => None,
    };
    let material = read_material(&state, asked)?;
    let new = NewChange { material, submit, supersedes };
    let recorded = state.app.create_change(&caller.principal, new).await?;
    Ok(Created(new_change(&state, &caller, &recorded.value.id).await?))
}

/// What a change would do; templates are those of the live policy.
pub(crate) fn read_material(state: &AppState, asked: ChangeRequest) -> Result<Material, ApiError> {
    let live = state.app.live();
    let version = |name: &domain::ids::TemplateName| {
        live.policy.live().and_then(|b| b.template(name)).map(|t| t.version)
    };
    request::material(asked, version)
}
