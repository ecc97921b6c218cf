//! `/v1/service-accounts` and `/v1/tokens`

mod add_service_account;
mod create_own_token;
mod create_token;
mod list_service_accounts;
mod revoke_token;
mod set_service_account_status;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(
            list_service_accounts::list_service_accounts,
            add_service_account::add_service_account
        ))
        .routes(routes!(set_service_account_status::set_service_account_status))
        .routes(routes!(create_token::create_token))
        .routes(routes!(revoke_token::revoke_token))
        .routes(routes!(create_own_token::create_own_token))
}
