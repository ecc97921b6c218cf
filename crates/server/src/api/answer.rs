//! What operations share: finding things by the names people use, pages, and kinds of answers.

use app::change::Explained;
use std::collections::BTreeMap;

use api_types::{Page, PageQuery, Problem};
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::change::Grant;
use domain::event::{Event, GateEvent};
use domain::ids::{ChangeId, ChangeNumber};
use store::Stream;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response as Documented};

use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

const GRANTS_SHOWN: u64 = 200;
const LIMIT_DEFAULT: u32 = 50;
const LIMIT_MAX: u32 = 200;

/// An answer with status 201.
#[derive(Debug)]
pub(crate) struct Created<T>(pub(crate) T);

impl<T: serde::Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (StatusCode::CREATED, Json(self.0)).into_response()
    }
}

/// Every operation may answer with a problem; which ones is in the guide, by code.
pub(crate) struct Problems;

impl utoipa::IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<Documented>> {
        let problem = |text: &str| {
            let schema = Ref::from_schema_name(<Problem as utoipa::ToSchema>::name());
            let content = ContentBuilder::new().schema(Some(schema)).build();
            let media = api_types::problem::MEDIA_TYPE;
            RefOr::T(ResponseBuilder::new().description(text).content(media, content).build())
        };
        BTreeMap::from([
            ("4XX".to_owned(), problem("Refused, with the reason and what to do next")),
            ("5XX".to_owned(), problem("Failed; nothing was allowed by it")),
        ])
    }
}

/// The change with this id or number, if the caller's credential reaches it. What it does not
/// reach looks like what does not exist (E17).
pub(crate) async fn find_change(
    state: &AppState,
    caller: &Caller,
    text: &str,
) -> Result<ChangeId, ApiError> {
    let missing = || ApiError::not_found("change", text);
    let id = match text.parse::<ChangeNumber>() {
        Ok(number) => state.app.store().change_by_number(number).await?.ok_or_else(missing)?,
        Err(_) => text.parse::<ChangeId>().map_err(|_| missing())?,
    };
    let scope = caller.principal.token.as_ref();
    if scope.is_some_and(|t| t.services.is_some() || t.environments.is_some()) {
        let (change, _) = state.app.load_change(&id).await.map_err(|_| missing())?;
        let material = &change.revision().material;
        if !caller.principal.reaches(&material.service, &material.environment) {
            return Err(missing());
        }
    }
    Ok(id)
}

/// The whole record of a change, as the caller may see it.
pub(crate) async fn change_record(
    state: &AppState,
    caller: &Caller,
    id: &ChangeId,
) -> Result<api_types::changes::Change, ApiError> {
    let explained = state.app.explain_change(&caller.principal, id).await?;
    record_of(state, caller, &explained).await
}

/// The record of a change after something about it was recorded here.
pub(crate) async fn recorded_change(
    state: &AppState,
    caller: &Caller,
    id: &ChangeId,
) -> Result<api_types::changes::Change, ApiError> {
    let explained = state.app.explain_recorded(&caller.principal, id).await?;
    record_of(state, caller, &explained).await
}

/// The record of a change that was made just now: the gate was never asked about it.
pub(crate) async fn new_change(
    state: &AppState,
    caller: &Caller,
    id: &ChangeId,
) -> Result<api_types::changes::Change, ApiError> {
    let explained = state.app.explain_recorded(&caller.principal, id).await?;
    let names = Names::new(&explained.facts.live.directory);
    let conflicts = state.app.conflicts(&caller.principal, &explained.facts.change).await?;
    let record = names.change(&explained, &caller.principal, Vec::new());
    Ok(api_types::changes::Change { conflicts: names.conflicts(&conflicts), ..record })
}

async fn record_of(
    state: &AppState,
    caller: &Caller,
    explained: &Explained,
) -> Result<api_types::changes::Change, ApiError> {
    let names = Names::new(&explained.facts.live.directory);
    let grants = grants(state, &explained.facts.change.id).await?;
    let shown = |g: &Grant| names.grant(g, Some(&explained.facts.change), explained.facts.now);
    let conflicts = state.app.conflicts(&caller.principal, &explained.facts.change).await?;
    let record = names.change(explained, &caller.principal, grants.iter().map(shown).collect());
    Ok(api_types::changes::Change { conflicts: names.conflicts(&conflicts), ..record })
}

/// The latest grants of a change, oldest first.
async fn grants(state: &AppState, id: &ChangeId) -> Result<Vec<Grant>, ApiError> {
    let store = state.app.store();
    let stream = Stream::gate(id);
    let size = store.versions(std::slice::from_ref(&stream)).await?.first().copied().unwrap_or(0);
    if size == 0 {
        return Ok(Vec::new());
    }
    let shown = usize::try_from(GRANTS_SHOWN).unwrap_or(usize::MAX);
    let entries = store.stream(&stream, size.saturating_sub(GRANTS_SHOWN), shown).await?;
    let mut found = Vec::new();
    for entry in &entries {
        if let Event::Gate(GateEvent::GateAnswered { grant: Some(grant), .. }) =
            app::App::read_entry(entry)?.event
        {
            found.push(*grant);
        }
    }
    Ok(found)
}

/// How many items a page may hold.
pub(crate) fn limit(asked: Option<u32>) -> Result<usize, ApiError> {
    let limit = asked.unwrap_or(LIMIT_DEFAULT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(ApiError::field("limit", "use 1 to 200"));
    }
    Ok(usize::try_from(limit).unwrap_or(50))
}

/// The number in a cursor that begins with `kind`.
pub(crate) fn cursor(asked: Option<&str>, kind: char) -> Result<Option<u64>, ApiError> {
    let Some(text) = asked.filter(|text| !text.is_empty()) else { return Ok(None) };
    let number = text.strip_prefix(kind).and_then(|n| n.parse().ok());
    number.map(Some).ok_or_else(|| {
        ApiError::field("cursor", "use `next_cursor` of the page before, or leave it out")
    })
}

/// One page of a list that is in memory.
pub(crate) fn page<T>(items: Vec<T>, query: &PageQuery) -> Result<Page<T>, ApiError> {
    let limit = limit(query.limit)?;
    let start = cursor(query.cursor.as_deref(), 'o')?.unwrap_or(0);
    let start = usize::try_from(start).unwrap_or(usize::MAX);
    let more = items.len().saturating_sub(start) > limit;
    let next_cursor = more.then(|| format!("o{}", start + limit));
    let items = items.into_iter().skip(start).take(limit).collect();
    Ok(Page { items, next_cursor })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_without_gap() {
        let all: Vec<u32> = (0..5).collect();
        let mut query = PageQuery { limit: Some(2), cursor: None };
        let mut seen = Vec::new();
        loop {
            let page = page(all.clone(), &query).unwrap();
            seen.extend(page.items);
            match page.next_cursor {
                Some(next) => query.cursor = Some(next),
                None => break,
            }
        }
        assert_eq!(seen, all);
        assert!(page(all, &PageQuery { limit: Some(0), cursor: None }).is_err());
    }
}
