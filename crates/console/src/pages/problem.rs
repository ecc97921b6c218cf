//! What went wrong, which rule says so, and what to do next: errors, refusals and pages that don't exist.

use askama::Template;

use crate::filters;
use crate::view::{Layout, NextStep, Node};

/// The page of a problem (RFC 9457).
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/problem.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// The HTTP status.
    pub status: u16,
    /// What it is, e.g. "You can't approve your own change".
    pub title: String,
    /// What happened this time.
    pub detail: String,
    /// The reasons, as a tree.
    pub reasons: Vec<Node>,
    /// What to do next.
    pub next: Vec<NextStep>,
    /// The stable code, e.g. `sod_author`.
    pub code: String,
    /// The request's id in the logs.
    pub request_id: String,
}

impl Page {
    /// The page for what isn't there, or may not be known to be there.
    #[must_use]
    pub fn not_found(layout: Layout, request_id: impl Into<String>) -> Self {
        Self {
            layout,
            status: 404,
            title: "There is nothing here".to_owned(),
            detail: "The address may be mistyped, or what it names is not visible to you."
                .to_owned(),
            next: vec![
                NextStep::linked("Search the changes", "/changes"),
                NextStep::linked("Go to your inbox", "/inbox"),
            ],
            code: "not_found".to_owned(),
            request_id: request_id.into(),
            ..Self::default()
        }
    }

    /// The page for what the signed-in person may not do.
    pub fn forbidden(
        layout: Layout,
        detail: impl Into<String>,
        request_id: impl Into<String>,
    ) -> Self {
        Self {
            layout,
            status: 403,
            title: "You may not do this".to_owned(),
            detail: detail.into(),
            next: vec![NextStep::linked("See who holds which role", "/organisation/roles")],
            code: "forbidden".to_owned(),
            request_id: request_id.into(),
            ..Self::default()
        }
    }

    /// A page for any other status.
    pub fn new(
        layout: Layout,
        status: u16,
        title: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Self { layout, status, title: title.into(), detail: detail.into(), ..Self::default() }
    }
}
