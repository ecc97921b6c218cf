//! The web console: typed page contexts, their templates, static assets and samples.
//!
//! A page is a struct in [`pages`]; the server fills it with plain strings and small enums and calls
//! [`render`]. This crate must never see domain types, a database, HTTP or the clock: what a page says is
//! decided by whoever fills it. Where forms post to, and with which fields, is listed in [`routes`].
#![deny(missing_docs)]

pub mod assets;
pub(crate) mod filters;
pub mod pages;
pub mod routes;
pub mod samples;
pub mod text;
pub mod view;

pub use askama::{Error as RenderError, Template};

/// Renders a page (or any part of one) to HTML.
///
/// # Errors
/// Only when formatting fails, which for pages built from strings means out of memory.
pub fn render(page: &impl Template) -> Result<String, RenderError> {
    page.render()
}

/// The `Content-Security-Policy` every console page must be served with.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
     img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
