//! `GET /v1/absences`

use api_types::absences::{Absence, OfPersonQuery};
use api_types::{Page, PageQuery};
use axum::Json;
use axum::extract::State;

use crate::api::answer::{Problems, page};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// Absences under way and to come, by person.
#[utoipa::path(
    get, path = "/v1/absences", operation_id = "list_absences", tag = "organisation",
    params(OfPersonQuery),
    responses((status = 200, description = "One page", body = Page<Absence>), Problems)
)]
pub(crate) async fn list_absences(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<OfPersonQuery>,
) -> Result<Json<Page<Absence>>, ApiError> {
    caller.may_read_organisation("list absences")?;
    let live = state.app.live();
    let names = Names::new(&live.directory);
    let now = state.app.ports().now();
    let of = query.person.as_deref();
    let wanted = live
        .directory
        .absences()
        .filter(|a| a.until > now && of.is_none_or(|person| a.person.as_str() == person));
    let reader = caller.principal.actor.person();
    let all = wanted.map(|a| names.absence(a, reader)).collect();
    let of_page = PageQuery { limit: query.limit, cursor: query.cursor };
    Ok(Json(page(all, &of_page)?))
}
