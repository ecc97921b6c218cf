//! `GET /v1/notifications`

use api_types::notifications::{Notification, NotificationQuery, Notifications};
use axum::Json;
use axum::extract::State;
use jiff::Timestamp;

use crate::api::answer::Problems;
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::text::time;

/// What the caller was told, newest first.
#[utoipa::path(
    get, path = "/v1/notifications", operation_id = "list_notifications", tag = "notifications",
    params(NotificationQuery),
    responses((status = 200, description = "One page", body = Notifications), Problems)
)]
pub(crate) async fn list_notifications(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<NotificationQuery>,
) -> Result<Json<Notifications>, ApiError> {
    caller.may_read_organisation("read notifications")?;
    let before = match query.cursor.as_deref().filter(|cursor| !cursor.is_empty()) {
        Some(cursor) => Some(read_cursor(cursor)?),
        None => None,
    };
    let found = state.app.notifications(&caller.principal, before).await?;
    let next = found.next.map(|(at, id)| format!("n{}.{id}", at.as_millisecond()));
    let items = found.items.into_iter().map(|n| Notification {
        id: n.id,
        at: time(n.at),
        read_at: n.read_at.map(time),
        topic: n.telling.what.topic().as_str().to_owned(),
        urgent: n.telling.urgent,
        change: n.telling.change.map(|change| change.number.to_string()),
        headline: n.words.headline,
        detail: n.words.detail,
        path: n.words.path,
    });
    let unread = u32::try_from(found.unread).unwrap_or(u32::MAX);
    Ok(Json(Notifications { items: items.collect(), unread, next_cursor: next }))
}

fn read_cursor(text: &str) -> Result<(Timestamp, &str), ApiError> {
    let parts = text.strip_prefix('n').and_then(|rest| rest.split_once('.'));
    let place =
        parts.and_then(|(ms, id)| Some((Timestamp::from_millisecond(ms.parse().ok()?).ok()?, id)));
    place.ok_or_else(|| {
        ApiError::field("cursor", "use `next_cursor` of the page before, or leave it out")
    })
}
