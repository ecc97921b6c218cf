//! People, roles, groups, services, environments and service accounts.

mod environments;
mod groups;
mod people;
mod person;
mod roles;
mod service_account;
mod service_accounts;
mod services;
mod tokens;

use axum::Router;
use axum::response::Redirect;
use axum::routing::{get, post};

use crate::state::AppState;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/organisation", get(async || Redirect::to("/organisation/people")))
        .route("/organisation/people", get(people::show))
        .route("/organisation/people/{id}", get(person::show))
        .route("/organisation/roles", get(roles::show))
        .route("/organisation/groups", get(groups::show))
        .route("/organisation/services", get(services::show))
        .route("/organisation/environments", get(environments::show))
        .route(
            "/organisation/service-accounts",
            get(service_accounts::show).post(service_accounts::submit),
        )
        .route("/organisation/service-accounts/{id}", get(service_account::show))
        .route("/organisation/service-accounts/{id}/tokens", post(tokens::issue))
        .route("/organisation/service-accounts/{id}/tokens/{token}/revoke", post(tokens::revoke))
}
