//! `POST /v1/rotas`

use api_types::rotas::{Rota, RotaRequest};
use app::organisation::RotaDraft;
use axum::extract::State;
use domain::organisation::{Handover, RotaHours};

use crate::api::answer::{Created, Problems};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::{Names, request};

/// Makes a rota, or changes one. It gives no right: whoever is on call must hold the role.
#[utoipa::path(
    post, path = "/v1/rotas", operation_id = "put_rota", tag = "organisation",
    request_body = RotaRequest,
    responses((status = 201, description = "Recorded", body = Rota), Problems)
)]
pub(crate) async fn put_rota(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<RotaRequest>,
) -> Result<Created<Rota>, ApiError> {
    request::readable("name", &asked.name)?;
    let draft = RotaDraft {
        id: asked.id.as_deref().map(|id| request::read("id", id)).transpose()?,
        role: request::read("role", &asked.role)?,
        scope: request::read("scope", &asked.scope)?,
        first: request::read("first", &asked.first)?,
        people: request::read_all("people", &asked.people)?,
        name: asked.name,
        time_zone: asked.time_zone,
        handover: Handover::asked(asked.days, asked.handover)?,
        hours: asked.hours.map(|h| RotaHours { weekdays: h.weekdays, shifts: h.shifts }),
    };
    let id = state.app.put_rota(&caller.principal, draft).await?;
    let live = state.app.live();
    let found = live.directory.rota(&id).ok_or_else(|| ApiError::not_found("rota", id.as_str()))?;
    Ok(Created(Names::new(&live.directory).rota(found, state.app.ports().now())))
}
