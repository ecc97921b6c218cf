//! The API, one file an operation, mirroring the tree of its URLs.
//!
//! An operation reads the request, calls one use case and writes its answer. It decides nothing.

mod absences;
mod acceptances;
mod alignments;
pub(crate) mod answer;
mod automation;
mod bulk_approvals;
mod calendar;
mod calendar_feeds;
mod change_sets;
mod changes;
mod events;
mod findings;
mod freezes;
mod gate;
mod inbox;
mod ledger;
mod me;
mod notifications;
mod overrides;
mod people;
pub(crate) mod policy;
mod roles;
mod rotas;
pub(crate) mod sandbox;
mod sealed;
mod service_accounts;
mod services;
mod sessions;
mod signing;
mod webhooks;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

/// All operations with their document.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(crate::openapi::document())
        .merge(changes::routes())
        .merge(change_sets::routes())
        .merge(gate::routes())
        .routes(routes!(bulk_approvals::approve_in_bulk))
        .routes(routes!(inbox::inbox))
        .routes(routes!(calendar::get_calendar))
        .merge(calendar_feeds::routes())
        .merge(overrides::routes())
        .merge(sealed::routes())
        .merge(automation::routes())
        .merge(freezes::routes())
        .merge(acceptances::routes())
        .merge(findings::routes())
        .merge(alignments::routes())
        .merge(people::routes())
        .merge(roles::routes())
        .merge(absences::routes())
        .merge(rotas::routes())
        .merge(services::routes())
        .merge(service_accounts::routes())
        .merge(policy::routes())
        .merge(ledger::routes())
        .merge(notifications::routes())
        .merge(webhooks::routes())
        .merge(sessions::routes())
        .merge(signing::routes())
        .merge(sandbox::routes())
        .routes(routes!(me::me))
        .routes(routes!(events::events))
}
