//! Proposals that somebody put live or turned down.

use axum::extract::Query;
use axum::response::Response;
use console::pages::policy::DecidedPage;
use console::view::{Paging, Section};
use serde::Deserialize;

use super::super::view::policy as view;
use super::super::view::reader::counted;
use super::super::visit::Visit;

const SHOWN: usize = 50;

/// The fields of the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::ui) struct Asked {
    from: usize,
}

/// `GET /policy/proposals`
pub(in crate::ui) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Response {
    let reader = visit.reader();
    let decided = visit.live.policy.decided();
    let live = visit.bundle().map_or("", |bundle| bundle.digest());
    let href = |from: usize| format!("/policy/proposals?from={from}");
    let newest = decided.iter().rev().skip(asked.from).take(SHOWN);
    let page = DecidedPage {
        layout: visit.layout("Decided proposals", Section::Policy).await,
        proposals: newest.map(|p| view::decided_row(&reader, p, live)).collect(),
        paging: Paging {
            first: None,
            previous: (asked.from > 0).then(|| href(asked.from.saturating_sub(SHOWN))),
            next: (asked.from + SHOWN < decided.len()).then(|| href(asked.from + SHOWN)),
            summary: counted(decided.len(), "decided proposal", "decided proposals"),
        },
    };
    visit.ok(&page)
}
