//! `GET /v1/changes/{change}/timeline`

use api_types::changes::TimelineEntry;
use api_types::{Page, PageQuery};
use axum::Json;
use axum::extract::{Path, State};

use crate::api::answer::{Problems, find_change, page};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::{Names, summary, text::time};

/// Everything that happened to a change, from the journal, oldest first.
#[utoipa::path(
    get, path = "/v1/changes/{change}/timeline", operation_id = "get_timeline", tag = "changes",
    params(("change" = String, Path, description = "Id or number", example = "CHG-1042"), PageQuery),
    responses((status = 200, description = "One page", body = Page<TimelineEntry>), Problems)
)]
pub(crate) async fn get_timeline(
    State(state): State<AppState>,
    caller: Caller,
    Path(change): Path<String>,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Page<TimelineEntry>>, ApiError> {
    caller.may_read("read changes")?;
    let id = find_change(&state, &caller, &change).await?;
    let timeline = state.app.timeline(&id).await?;
    if timeline.items.is_empty() {
        return Err(ApiError::not_found("change", &change));
    }
    let live = state.app.live();
    let names = Names::new(&live.directory);
    let entry = |item: &app::change::TimelineItem| {
        let (kind, data) = summary::parts(&item.envelope.event);
        TimelineEntry {
            index: item.index,
            time: time(item.envelope.time),
            actor: names.principal(&item.envelope.actor),
            kind,
            summary: names.summary(&item.envelope.event),
            data,
        }
    };
    Ok(Json(page(timeline.items.iter().map(entry).collect(), &query)?))
}
