//! SCIM 2.0 (RFC 7643, RFC 7644): a customer's directory keeps people and groups up to date here.
//!
//! Its own part of the tree with its own media type, errors and verbs; what a request means is the use
//! case's ([`app::organisation`]). Every change is an entry of the ledger like any other.

mod answer;
mod discovery;
mod error;
mod filter;
mod groups;
mod patch;
mod path;
mod search;
mod users;

use axum::Router;
use axum::http::Uri;
use axum::routing::{any, get, post};

use crate::state::AppState;
use error::ScimError;

/// All of `/scim/v2`.
pub(crate) fn router() -> Router<AppState> {
    let inner = Router::new()
        .route("/ServiceProviderConfig", get(discovery::config))
        .route("/ResourceTypes", get(discovery::resource_types))
        .route("/ResourceTypes/{id}", get(discovery::one_resource_type))
        .route("/Schemas", get(discovery::schemas))
        .route("/Schemas/{id}", get(discovery::one_schema))
        .route("/Users", get(users::list).post(users::create))
        .route(
            "/Users/{id}",
            get(users::get).put(users::replace).patch(users::patch).delete(users::delete),
        )
        .route("/Groups", get(groups::list).post(groups::create))
        .route(
            "/Groups/{id}",
            get(groups::get).put(groups::replace).patch(groups::patch).delete(groups::delete),
        )
        .route("/.search", post(search::all))
        .route("/Users/.search", post(search::in_users))
        .route("/Groups/.search", post(search::in_groups))
        .route("/Bulk", any(async || ScimError::not_done("bulk")))
        .route("/Me", any(async || ScimError::not_done("`Me`")))
        .fallback(async |uri: Uri| ScimError::not_found(&format!("resource `{}`", uri.path())));
    Router::new().nest("/scim/v2", inner)
}
