//! People, roles, groups, domains, services, environments and service accounts, and the forms that
//! change them. Forms are shown to admins; the use cases decide who may.

mod accounts;
pub(in crate::ui) mod bindings;
mod covers;
mod deputies;
mod domains;
mod effects;
mod environments;
mod forms;
mod group_form;
mod groups;
mod people;
mod person;
mod person_form;
mod roles;
mod rotas;
mod service_account;
mod service_accounts;
mod service_form;
mod services;
mod status;
mod tokens;

pub(in crate::ui) use forms::{lines, submit};

use axum::Router;
use axum::response::Redirect;
use axum::routing::{get, post};

use crate::state::AppState;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/organisation", get(async || Redirect::to("/organisation/people")))
        .route("/organisation/environments", get(environments::show))
        .merge(people_router())
        .merge(roles_router())
        .merge(services_router())
        .merge(machines_router())
        .merge(rotas_router())
}

fn rotas_router() -> Router<AppState> {
    Router::new()
        .route("/organisation/rotas", get(rotas::show).post(rotas::make))
        .route("/organisation/rotas/new", get(rotas::new))
        .route("/organisation/rotas/{id}/edit", get(rotas::edit).post(rotas::change))
        .route("/organisation/rotas/{id}/remove", get(rotas::ask_removal))
        .route("/organisation/rotas/{id}/removal", post(rotas::remove))
        .route("/organisation/rotas/{id}/cover", get(covers::new).post(covers::take))
        .route("/organisation/rotas/covers/{id}/end", post(covers::end))
}

fn people_router() -> Router<AppState> {
    Router::new()
        .route("/organisation/people", get(people::show).post(person_form::add))
        .route("/organisation/people/new", get(person_form::new))
        .route("/organisation/people/{id}", get(person::show))
        .route("/organisation/people/{id}/edit", get(person_form::edit).post(person_form::change))
        .route("/organisation/people/{id}/deactivate", get(status::ask_person))
        .route("/organisation/people/{id}/status", post(status::set_person))
        .route("/organisation/people/{id}/accounts", post(accounts::add))
        .route("/organisation/people/{id}/accounts/{account}/disable", get(status::ask_account))
        .route("/organisation/people/{id}/accounts/{account}/status", post(status::set_account))
        .route(
            "/organisation/people/{id}/accounts/{account}/password",
            get(accounts::password).post(accounts::set_password),
        )
}

fn roles_router() -> Router<AppState> {
    Router::new()
        .route("/organisation/roles", get(roles::show))
        .route("/organisation/roles/give", get(bindings::give))
        .route("/organisation/roles/take", get(bindings::ask_taking))
        .route("/organisation/roles/bindings", post(bindings::bind))
        .route("/organisation/roles/bindings/removal", post(bindings::unbind))
        .route("/organisation/groups", get(groups::show).post(group_form::make))
        .route("/organisation/groups/new", get(group_form::new))
        .route("/organisation/groups/{id}/edit", get(group_form::edit).post(group_form::change))
        .route("/organisation/groups/{id}/remove", get(group_form::ask_removal))
        .route("/organisation/groups/{id}/removal", post(group_form::remove))
        .route("/organisation/groups/{id}/deputies", post(deputies::name))
        .route("/organisation/groups/{id}/deputies/{deputy}/removal", post(deputies::remove))
}

fn services_router() -> Router<AppState> {
    Router::new()
        .route("/organisation/services", get(services::show).post(service_form::register))
        .route("/organisation/services/new", get(service_form::new))
        .route(
            "/organisation/services/{name}/edit",
            get(service_form::edit).post(service_form::change),
        )
        .route("/organisation/services/{name}/retire", get(status::ask_service))
        .route("/organisation/services/{name}/status", post(status::set_service))
        .route("/organisation/domains", get(domains::show).post(domains::add))
        .route("/organisation/domains/new", get(domains::new))
        .route("/organisation/domains/{name}/edit", get(domains::edit).post(domains::change))
}

fn machines_router() -> Router<AppState> {
    Router::new()
        .route(
            "/organisation/service-accounts",
            get(service_accounts::show).post(service_accounts::submit),
        )
        .route("/organisation/service-accounts/{id}", get(service_account::show))
        .route("/organisation/service-accounts/{id}/disable", get(status::ask_machine))
        .route("/organisation/service-accounts/{id}/status", post(status::set_machine))
        .route("/organisation/service-accounts/{id}/tokens", post(tokens::issue))
        .route("/organisation/service-accounts/{id}/tokens/{token}/revoke", post(tokens::revoke))
}
