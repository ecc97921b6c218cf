//! `/v1/me/calendar-feeds`

mod list_calendar_feeds;
mod make_calendar_feed;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(
        list_calendar_feeds::list_calendar_feeds,
        make_calendar_feed::make_calendar_feed
    ))
}
