//! `/v1/services`, `/v1/domains` and `/v1/environments`

mod list_domains;
mod list_environments;
mod list_services;
mod put_domain;
mod put_service;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_services::list_services, put_service::put_service))
        .routes(routes!(list_domains::list_domains, put_domain::put_domain))
        .routes(routes!(list_environments::list_environments))
}
