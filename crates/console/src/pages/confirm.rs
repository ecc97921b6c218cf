//! The page before a step that takes something away: what it will do, and a button that does it.

use askama::Template;

use crate::filters;
use crate::view::{Layout, Link};

/// What is about to happen. Posts its hidden fields to `action`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/confirm.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// Where cancelling leads.
    pub back: Link,
    /// The question.
    pub title: String,
    /// What it will do, a sentence each.
    pub effects: Vec<String>,
    /// How it can be undone, or that it can't.
    pub undo: String,
    /// Where it is sent.
    pub action: String,
    /// Names and values of the hidden fields.
    pub fields: Vec<(String, String)>,
    /// Sent as `idempotency_key`.
    pub idempotency_key: String,
    /// What the button says: the step itself, never "OK".
    pub button: String,
}
