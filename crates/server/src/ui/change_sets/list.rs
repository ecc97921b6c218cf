//! The list of change sets.

use axum::extract::Query;
use axum::response::Response;
use console::pages::change_sets::Page;
use console::view::{Paging, Section};
use serde::Deserialize;

use super::super::view::change_set as view;
use super::super::view::reader::counted;
use super::super::visit::Visit;
use crate::error::ApiError;

const SHOWN: usize = 30;
const PATH: &str = "/change-sets";

/// The fields of the address. Unknown ones are ignored, as in links made by other versions.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::ui) struct Asked {
    all: String,
    before: String,
}

/// `GET /change-sets`
pub(in crate::ui) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Response {
    let made = page(&visit, asked).await;
    visit.answer(made.map(|page| visit.ok(&page))).await
}

async fn page(visit: &Visit, asked: Asked) -> Result<Page, ApiError> {
    let only_open = asked.all != "true";
    let before = asked.before.parse().ok();
    let (principal, first) = (&visit.signed_in.principal, before.is_none());
    let listed = visit.state.app.list_change_sets(principal, only_open, (before, SHOWN));
    let (sets, next) = listed.await?;
    let here = if only_open { format!("{PATH}?") } else { format!("{PATH}?all=true&") };
    let (reader, plans) = (visit.reader(), visit.state.app.plan_troubles());
    Ok(Page {
        layout: visit.layout("Change sets", Section::Changes).await,
        only_open,
        rows: sets.iter().map(|set| view::row(&reader, set, &plans)).collect(),
        paging: Paging {
            first: (!first).then(|| here.trim_end_matches(['?', '&']).to_owned()),
            previous: None,
            next: next.map(|id| format!("{here}before={id}")),
            summary: counted(sets.len(), "change set", "change sets"),
        },
    })
}
