//! `POST /v1/rotas/{rota}/covers`

use api_types::rotas::{Cover, CoverRequest};
use app::organisation::CoverDraft;
use axum::extract::{Path, State};
use domain::ids::RotaId;

use crate::api::answer::{Created, Problems};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::{Names, request};

/// Takes over turns of somebody else, or as an admin enters that somebody does. It gives no right.
#[utoipa::path(
    post, path = "/v1/rotas/{rota}/covers", operation_id = "cover_shift", tag = "organisation",
    params(("rota" = String, Path, description = "Id of the rota")),
    request_body = CoverRequest,
    responses((status = 201, description = "Recorded", body = Cover), Problems)
)]
pub(crate) async fn cover_shift(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(asked): JsonBody<CoverRequest>,
) -> Result<Created<Cover>, ApiError> {
    let own = caller.principal.acting_person("take over a turn on call")?;
    let rota: RotaId = id.parse().map_err(|_| ApiError::not_found("rota", &id))?;
    let draft = CoverDraft {
        rota,
        person: request::read("person", &asked.person)?,
        by: match &asked.by {
            Some(by) => request::read("by", by)?,
            None => own.clone(),
        },
        from: asked.from.as_ref().map(|t| request::time("from", t)).transpose()?,
        until: request::time("until", &asked.until)?,
    };
    let id = state.app.cover_shift(&caller.principal, draft).await?;
    let live = state.app.live();
    let found = live.directory.cover(&id);
    let found = found.ok_or_else(|| ApiError::not_found("cover", id.as_str()))?;
    Ok(Created(Names::new(&live.directory).cover(found)))
}
