//! The list of changes: searched, filtered and paged by its address alone.

use axum::extract::Query;
use axum::response::Response;
use console::pages::changes::Page;
use console::view::{Paging, Section};
use serde::Deserialize;
use store::ChangeFilter;

use super::super::view::changes::{self as view, Narrowed};
use super::super::view::reader::counted;
use super::super::visit::Visit;
use crate::error::ApiError;

const SHOWN: usize = 50;

/// The fields of the address. Unknown ones are ignored, as in links made by other versions.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::ui) struct Asked {
    q: String,
    state: String,
    service: String,
    environment: String,
    #[serde(rename = "type")]
    kind: String,
    risk: String,
    mine: String,
    before: String,
}

/// `GET /changes`
pub(in crate::ui) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Response {
    let made = page(&visit, asked).await;
    visit.answer(made).await
}

async fn page(visit: &Visit, asked: Asked) -> Result<Response, ApiError> {
    let before = asked.before.parse().ok();
    let narrowed = Narrowed {
        query: asked.q.trim().to_owned(),
        state: asked.state.replace('_', "-"),
        service: asked.service,
        environment: asked.environment,
        kind: asked.kind,
        risk: asked.risk,
        mine: asked.mine == "true",
    };
    let text = |value: &str| (!value.is_empty()).then(|| value.to_owned());
    let filter = ChangeFilter {
        states: text(&narrowed.state).map(|s| s.replace('-', "_")).into_iter().collect(),
        service: text(&narrowed.service),
        environment: text(&narrowed.environment),
        kind: text(&narrowed.kind),
        risk_level: text(&narrowed.risk),
        requester: narrowed.mine.then(|| visit.person.to_string()),
        text: text(&narrowed.query),
        before_number: before,
        limit: SHOWN,
        ..ChangeFilter::default()
    };
    let found = visit.state.app.store().changes(&filter).await?;
    let (reader, plans) = (visit.reader(), visit.state.app.plan_troubles());
    let ids: Vec<_> = found.items.iter().map(|row| row.id.clone()).collect();
    let same = visit.state.app.duplicates_among(&ids).await?;
    let last = found.items.last().map(|row| row.number.0);
    let many = counted(found.items.len(), "change", "changes");
    let page = Page {
        layout: visit.layout("Changes", Section::Changes).await,
        filter: view::filter(&narrowed, reader.directory, visit.bundle()),
        views: view::views(&narrowed),
        rows: found
            .items
            .iter()
            .map(|row| view::row(&reader, row, visit.bundle(), (&plans, &same)))
            .collect(),
        paging: Paging {
            first: before.map(|_| narrowed.href(None)),
            previous: None,
            next: last.filter(|_| found.more).map(|number| narrowed.href(Some(number))),
            summary: if found.more { format!("{many}, more on the next page") } else { many },
        },
    };
    Ok(visit.ok(&page))
}
