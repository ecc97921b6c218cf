//! `POST /v1/change-sets`

use api_types::change_sets::{ChangeSet, ChangeSetRequest};
use api_types::changes::ChangeRequest;
use app::change::NewChangeSet;
use axum::extract::State;
use domain::change::Material;

use super::set_record;
use crate::api::answer::{Created, Problems};
use crate::api::changes::read_material;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

/// Asks for several changes together: all are recorded, or none. They pass the gate together or not at
/// all, and where they span domains every domain's authority must agree, by distinct people.
#[utoipa::path(
    post, path = "/v1/change-sets", operation_id = "create_change_set", tag = "changes",
    request_body = ChangeSetRequest,
    responses((status = 201, description = "Recorded", body = ChangeSet), Problems)
)]
pub(crate) async fn create_change_set(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<ChangeSetRequest>,
) -> Result<Created<ChangeSet>, ApiError> {
    let ChangeSetRequest { title, reason, items, submit } = asked;
    let items = items.into_iter().enumerate().map(|(n, item)| read_item(&state, n, item));
    let items = items.collect::<Result<Vec<Material>, ApiError>>()?;
    let new = NewChangeSet { title, reason, items, submit };
    let recorded = state.app.create_change_set(&caller.principal, new).await?;
    Ok(Created(set_record(&state, &caller, &recorded.value.id).await?))
}

fn read_item(state: &AppState, n: usize, item: ChangeRequest) -> Result<Material, ApiError> {
    if item.supersedes.is_some() {
        let message = "leave it out: an item of a set takes no other change's place";
        return Err(ApiError::field(&format!("items[{n}].supersedes"), message));
    }
    if !item.submit {
        let message = "leave it out: `submit` of the set is for all items";
        return Err(ApiError::field(&format!("items[{n}].submit"), message));
    }
    read_material(state, item)
}
