//! `/v1/absences` and `/v1/delegations`

mod cancel_absence;
mod delegate;
mod end_delegation;
mod enter_absence;
mod import_absences;
mod list_absence_feeds;
mod list_absences;
mod list_delegations;
mod subscribe_absences;
mod unsubscribe_absences;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_absences::list_absences))
        .routes(routes!(enter_absence::enter_absence))
        .routes(routes!(import_absences::import_absences))
        .routes(routes!(cancel_absence::cancel_absence))
        .routes(routes!(list_absence_feeds::list_absence_feeds))
        .routes(routes!(subscribe_absences::subscribe_absences))
        .routes(routes!(unsubscribe_absences::unsubscribe_absences))
        .routes(routes!(list_delegations::list_delegations, delegate::delegate))
        .routes(routes!(end_delegation::end_delegation))
}
