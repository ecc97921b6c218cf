//! `GET /v1/delegations`

use api_types::absences::{Delegation, OfPersonQuery};
use api_types::{Page, PageQuery};
use axum::Json;
use axum::extract::State;

use crate::api::answer::{Problems, page};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// Delegations, newest first: those in force, those to come, and those that are over.
#[utoipa::path(
    get, path = "/v1/delegations", operation_id = "list_delegations", tag = "organisation",
    params(OfPersonQuery),
    responses((status = 200, description = "One page", body = Page<Delegation>), Problems)
)]
pub(crate) async fn list_delegations(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<OfPersonQuery>,
) -> Result<Json<Page<Delegation>>, ApiError> {
    caller.may_read_organisation("list delegations")?;
    let live = state.app.live();
    let names = Names::new(&live.directory);
    let now = state.app.ports().now();
    let concerns = |d: &&domain::organisation::KnownDelegation| {
        let sides = [d.given.delegator.as_str(), d.given.delegate.as_str()];
        query.person.as_deref().is_none_or(|person| sides.contains(&person))
    };
    let mut all: Vec<Delegation> =
        live.directory.delegations().filter(concerns).map(|d| names.delegation(d, now)).collect();
    all.reverse();
    let of_page = PageQuery { limit: query.limit, cursor: query.cursor };
    Ok(Json(page(all, &of_page)?))
}
