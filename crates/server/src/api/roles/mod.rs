//! `/v1/roles` and `/v1/groups`

mod add_group;
mod bind_role;
mod list_groups;
mod list_roles;
mod name_deputy;
mod put_group;
mod remove_deputy;
mod remove_group;
mod unbind_role;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_roles::list_roles))
        .routes(routes!(bind_role::bind_role))
        .routes(routes!(unbind_role::unbind_role))
        .routes(routes!(list_groups::list_groups, add_group::add_group))
        .routes(routes!(put_group::put_group))
        .routes(routes!(remove_group::remove_group))
        .routes(routes!(name_deputy::name_deputy))
        .routes(routes!(remove_deputy::remove_deputy))
}
