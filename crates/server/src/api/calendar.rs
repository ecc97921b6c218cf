//! `GET /v1/calendar`

use api_types::Time;
use api_types::calendar::{Calendar, CalendarQuery};
use axum::Json;
use axum::extract::State;
use domain::requirement::{Scope, ScopeError};
use jiff::{SignedDuration, Timestamp};

use super::answer::Problems;
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

const LONGEST: SignedDuration = SignedDuration::from_hours(366 * 24);
const USUAL: SignedDuration = SignedDuration::from_hours(28 * 24);

/// Freezes, and windows of changes that are not over, in a time.
#[utoipa::path(
    get, path = "/v1/calendar", operation_id = "get_calendar", tag = "changes",
    params(CalendarQuery),
    responses((status = 200, description = "The calendar", body = Calendar), Problems)
)]
pub(crate) async fn get_calendar(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<CalendarQuery>,
) -> Result<Json<Calendar>, ApiError> {
    caller.may_read("read the calendar")?;
    let from = read("from", query.from.as_ref())?.unwrap_or_else(|| state.app.ports().now());
    let until = match read("until", query.until.as_ref())? {
        Some(until) => until,
        None => from.checked_add(USUAL).unwrap_or(from),
    };
    if until <= from || from.duration_until(until) > LONGEST {
        return Err(ApiError::field("until", "choose a time after `from`, at most 366 days"));
    }
    let mut planned = state.app.planned(&caller.principal, from, until).await?;
    let live = state.app.live();
    if let Some(text) = &query.scope {
        let wrong = |error: ScopeError| ApiError::field("scope", &error.to_string());
        let scope: Scope = text.parse().map_err(wrong)?;
        live.directory.check_scope("scope", &scope).map_err(app::AppError::from)?;
        planned.narrow(&scope, &live.directory);
    }
    Ok(Json(Names::new(&live.directory).calendar(&planned, from, until)))
}

fn read(field: &str, time: Option<&Time>) -> Result<Option<Timestamp>, ApiError> {
    let wrong = |_| ApiError::field(field, "write the time like `2026-11-22T10:00:00Z`");
    time.map(|t| t.as_str().parse().map_err(wrong)).transpose()
}
