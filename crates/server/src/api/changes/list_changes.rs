//! `GET /v1/changes`

use api_types::Page;
use api_types::changes::{ChangeSummary, ChangesQuery};
use axum::Json;
use axum::extract::State;
use domain::change::StateName;
use store::ChangeFilter;

use crate::api::answer::{Problems, cursor, limit};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

/// Changes, newest number first.
#[utoipa::path(
    get, path = "/v1/changes", operation_id = "list_changes", tag = "changes",
    params(ChangesQuery),
    responses((status = 200, description = "One page", body = Page<ChangeSummary>), Problems)
)]
pub(crate) async fn list_changes(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<ChangesQuery>,
) -> Result<Json<Page<ChangeSummary>>, ApiError> {
    caller.may_read("list changes")?;
    let filter = filter(&caller, query)?;
    let found = state.app.store().changes(&filter).await?;
    let last = found.items.last().map(|c| c.number.0);
    let next_cursor = last.filter(|_| found.more).map(|n| format!("n{n}"));
    let live = state.app.live();
    // A token for several services can't be told to the store: the rest is left out here (E17).
    let visible = |c: &&store::ChangeSummary| match (c.service.parse(), c.environment.parse()) {
        (Ok(service), Ok(environment)) => caller.principal.reaches(&service, &environment),
        _ => false,
    };
    let shown: Vec<_> = found.items.iter().filter(visible).collect();
    let ids: Vec<_> = shown.iter().map(|c| c.id.clone()).collect();
    let same = state.app.duplicates_among(&ids).await?;
    let plans = state.app.plan_troubles();
    let names = Names::new(&live.directory).with_plans(&plans).with_duplicates(&same);
    let bundle = live.policy.live();
    let items = shown.into_iter().map(|c| names.change_summary(c, bundle)).collect();
    Ok(Json(Page { items, next_cursor }))
}

fn filter(caller: &Caller, query: ChangesQuery) -> Result<ChangeFilter, ApiError> {
    let states: Vec<String> = query
        .state
        .iter()
        .flat_map(|s| s.split(','))
        .map(|s| s.trim().to_owned())
        .filter(|s| !s.is_empty())
        .collect();
    if let Some(unknown) = states.iter().find(|s| !StateName::ALL.iter().any(|n| n.as_str() == *s))
    {
        let all: Vec<&str> = StateName::ALL.iter().map(|n| n.as_str()).collect();
        let message = format!("`{unknown}` is no state; there are {}", all.join(", "));
        return Err(ApiError::field("state", &message));
    }
    let requester = match query.requester.as_deref() {
        Some("me") => Some(caller.principal.id().to_owned()),
        other => other.map(str::to_owned),
    };
    let scope = caller.principal.token.as_ref();
    let only_service = scope.and_then(|t| t.services.as_ref()).filter(|s| s.len() == 1);
    let service =
        query.service.or_else(|| only_service.and_then(|s| s.first()).map(ToString::to_string));
    Ok(ChangeFilter {
        states,
        service,
        environment: query.environment,
        kind: query.kind,
        risk_level: query.risk_level,
        requester,
        text: query.text,
        before_number: cursor(query.cursor.as_deref(), 'n')?,
        limit: limit(query.limit)?,
        ..ChangeFilter::default()
    })
}
