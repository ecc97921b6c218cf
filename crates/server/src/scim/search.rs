//! `POST /.search` (RFC 7644 section 3.4.3): a query in the body, over everything a directory brought.

use axum::extract::State;
use axum::response::Response;
use serde_json::Value;

use super::answer::{Body, Visit};
use super::error::ScimError;
use super::{groups, users};
use crate::state::AppState;

/// Over users and groups.
pub(super) async fn all(
    State(state): State<AppState>,
    visit: Visit,
    Body(body): Body,
) -> Result<Response, ScimError> {
    let visit = visit.asking(&body)?;
    let live = state.app.live();
    let everything: Vec<Value> =
        users::all(&live.directory, &visit).chain(groups::all(&live.directory, &visit)).collect();
    visit.list(everything.into_iter())
}

/// Over users.
pub(super) async fn in_users(
    State(state): State<AppState>,
    visit: Visit,
    Body(body): Body,
) -> Result<Response, ScimError> {
    let visit = visit.asking(&body)?;
    let live = state.app.live();
    visit.list(users::all(&live.directory, &visit))
}

/// Over groups.
pub(super) async fn in_groups(
    State(state): State<AppState>,
    visit: Visit,
    Body(body): Body,
) -> Result<Response, ScimError> {
    let visit = visit.asking(&body)?;
    let live = state.app.live();
    visit.list(groups::all(&live.directory, &visit))
}
