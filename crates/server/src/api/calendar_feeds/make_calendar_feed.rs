//! `POST /v1/me/calendar-feeds`

use api_types::calendar_feeds::{CalendarFeedRequest, NewCalendarFeed};
use app::access::FeedDraft;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::organisation::FeedSubjectError;

use crate::api::answer::{Created, Problems};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::feeds;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::directory::calendar_feed;

/// Makes a calendar feed of the caller. Its secret link is in this answer and nowhere else.
#[utoipa::path(
    post, path = "/v1/me/calendar-feeds", operation_id = "make_calendar_feed", tag = "changes",
    request_body = CalendarFeedRequest,
    responses((status = 201, description = "Recorded", body = NewCalendarFeed), Problems)
)]
pub(crate) async fn make_calendar_feed(
    State(state): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(asked): JsonBody<CalendarFeedRequest>,
) -> Result<Created<NewCalendarFeed>, ApiError> {
    let wrong = |error: FeedSubjectError| ApiError::field("about", &error.to_string());
    let draft = FeedDraft {
        label: asked.label,
        about: asked.about.parse().map_err(wrong)?,
        expires_in_days: asked.expires_in_days,
    };
    let made = state.app.make_calendar_feed(&caller.principal, draft).await?;
    let live = state.app.live();
    let feed = live.directory.token(&made.id).and_then(|(_, token)| calendar_feed(token));
    let feed = feed.ok_or_else(|| ApiError::not_found("calendar feed", made.id.as_str()))?;
    let url = feeds::link(&feeds::base(&state, &headers), &made.text);
    Ok(Created(NewCalendarFeed { feed, url }))
}
