//! Everybody in the organisation.

use axum::extract::Query;
use axum::response::Response;
use console::pages::organisation::PeoplePage;
use console::view::{Paging, Section};
use serde::Deserialize;

use super::super::view::organisation as view;
use super::super::view::reader::counted;
use super::super::visit::Visit;

const SHOWN: usize = 100;

/// The fields of the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::ui) struct Asked {
    q: String,
    from: usize,
}

/// `GET /organisation/people`
pub(in crate::ui) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Response {
    let reader = visit.reader();
    let mut all: Vec<_> = reader
        .directory
        .people()
        .map(|person| view::person_row(&reader, person))
        .filter(|row| view::matches(row, &asked.q))
        .collect();
    all.sort_by_cached_key(|row| row.who.name.to_lowercase());
    let many = all.len();
    let href = |from: usize| {
        let q = crate::wire::text::percent_encode(&asked.q);
        format!("/organisation/people?q={q}&from={from}")
    };
    let page = PeoplePage {
        layout: visit.layout("People", Section::Organisation).await,
        can_change: visit.is_admin(),
        query: asked.q.clone(),
        people: all.into_iter().skip(asked.from).take(SHOWN).collect(),
        paging: Paging {
            first: None,
            previous: (asked.from > 0).then(|| href(asked.from.saturating_sub(SHOWN))),
            next: (asked.from + SHOWN < many).then(|| href(asked.from + SHOWN)),
            summary: counted(many, "person", "people"),
        },
    };
    visit.ok(&page)
}
