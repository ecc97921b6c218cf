//! `/v1/me/signing-keys`, `/v1/signing-keys` and the statement of a vote

mod add_signing_key;
mod list_signing_keys;
mod remove_signing_key;
mod vote_statement;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_signing_keys::list_signing_keys, add_signing_key::add_signing_key))
        .routes(routes!(remove_signing_key::remove_signing_key))
        .routes(routes!(vote_statement::vote_statement))
}
