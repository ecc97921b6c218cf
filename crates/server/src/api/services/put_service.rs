//! `POST /v1/services`

use api_types::services::{Service, ServiceRequest};
use axum::Json;
use axum::extract::State;
use domain::ids::ServiceName;
use domain::organisation::{Service as Registered, Status};

use crate::api::answer::Problems;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::{Names, directory, request};

/// Registers a service, or changes one.
#[utoipa::path(
    post, path = "/v1/services", operation_id = "put_service", tag = "organisation",
    request_body = ServiceRequest,
    responses((status = 200, description = "Recorded", body = Service), Problems)
)]
pub(crate) async fn put_service(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<ServiceRequest>,
) -> Result<Json<Service>, ApiError> {
    request::labels(&asked.labels)?;
    let name: ServiceName = request::read("name", &asked.name)?;
    let domain = match &asked.domain {
        Some(domain) => Some(request::read("domain", domain)?),
        None => None,
    };
    let known = state.app.live().directory.service(&name).map(|s| s.depends_on.clone());
    let depends_on = match &asked.depends_on {
        Some(names) => {
            names.iter().map(|name| request::read("depends_on", name)).collect::<Result<_, _>>()?
        }
        None => known.unwrap_or_default(),
    };
    let service = Registered {
        name: name.clone(),
        title: asked.title,
        domain,
        criticality: directory::read_criticality(asked.criticality),
        labels: asked.labels,
        depends_on,
        status: asked.status.map_or(Status::Active, directory::read_status),
    };
    state.app.put_service(&caller.principal, service).await?;
    let live = state.app.live();
    let names = Names::new(&live.directory);
    let put = live.directory.service(&name).map(|s| names.service(s));
    Ok(Json(put.ok_or_else(|| ApiError::not_found("service", name.as_str()))?))
}
