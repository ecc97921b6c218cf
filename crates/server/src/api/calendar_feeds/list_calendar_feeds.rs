//! `GET /v1/me/calendar-feeds`

use api_types::calendar_feeds::CalendarFeed;
use api_types::{Page, PageQuery};
use axum::Json;
use axum::extract::State;

use crate::api::answer::{Problems, page};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::directory::calendar_feed;

/// The calendar feeds of the caller, without their links; also those that ended.
#[utoipa::path(
    get, path = "/v1/me/calendar-feeds", operation_id = "list_calendar_feeds", tag = "changes",
    params(PageQuery),
    responses((status = 200, description = "One page", body = Page<CalendarFeed>), Problems)
)]
pub(crate) async fn list_calendar_feeds(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Page<CalendarFeed>>, ApiError> {
    let person = caller.principal.acting_person("list calendar feeds")?;
    let live = state.app.live();
    let all = live.calendar_feeds_of(person).filter_map(calendar_feed).collect();
    Ok(Json(page(all, &query)?))
}
