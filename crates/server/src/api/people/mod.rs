//! `/v1/people` and `/v1/accounts`

mod add_account;
mod add_person;
mod get_person;
mod list_people;
mod set_account_status;
mod set_password;
mod set_person_status;
mod update_person;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_people::list_people, add_person::add_person))
        .routes(routes!(get_person::get_person, update_person::update_person))
        .routes(routes!(set_person_status::set_person_status))
        .routes(routes!(add_account::add_account))
        .routes(routes!(set_account_status::set_account_status))
        .routes(routes!(set_password::set_password))
}
