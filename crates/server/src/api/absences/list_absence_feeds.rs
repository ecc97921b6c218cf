//! `GET /v1/absence-feeds`

use api_types::absences::AbsenceFeed;
use api_types::{Page, PageQuery};
use axum::Json;
use axum::extract::State;

use crate::api::answer::{Problems, page};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// Calendars that absences follow: one's own, for admins everybody's.
#[utoipa::path(
    get, path = "/v1/absence-feeds", operation_id = "list_absence_feeds", tag = "organisation",
    params(PageQuery),
    responses((status = 200, description = "One page", body = Page<AbsenceFeed>), Problems)
)]
pub(crate) async fn list_absence_feeds(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Page<AbsenceFeed>>, ApiError> {
    let feeds = state.app.absence_feeds(&caller.principal)?;
    let live = state.app.live();
    let names = Names::new(&live.directory);
    Ok(Json(page(feeds.iter().map(|known| names.absence_feed(known)).collect(), &query)?))
}
