//! `POST /v1/roles/bindings`

use api_types::roles::{Binding, BindingRequest, Member as WireMember};
use axum::extract::State;
use domain::organisation::{Member, RoleBinding};

use crate::api::answer::{Created, Problems};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::{Names, request};

/// Gives a role. Giving it twice changes nothing.
#[utoipa::path(
    post, path = "/v1/roles/bindings", operation_id = "bind_role", tag = "organisation",
    request_body = BindingRequest,
    responses((status = 201, description = "Recorded", body = Binding), Problems)
)]
pub(crate) async fn bind_role(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<BindingRequest>,
) -> Result<Created<Binding>, ApiError> {
    let binding = read(&asked)?;
    state.app.bind_role(&caller.principal, binding.clone()).await?;
    let live = state.app.live();
    Ok(Created(Names::new(&live.directory).binding(&binding)))
}

/// The binding that is named.
pub(super) fn read(asked: &BindingRequest) -> Result<RoleBinding, ApiError> {
    let member = match &asked.member {
        WireMember::Person(id) => Member::Person(request::read("member.person", id)?),
        WireMember::Group(id) => Member::Group(request::read("member.group", id)?),
    };
    let role = request::read("role", &asked.role)?;
    Ok(RoleBinding { role, scope: request::read("scope", &asked.scope)?, member })
}
