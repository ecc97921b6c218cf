//! Signing keys, and signing a decision.

mod add_passkey;
mod add_ssh_key;
mod passkey;
mod remove_key;
mod show;
pub(super) mod sign_vote;

use axum::Router;
use axum::routing::{get, post};

pub(super) use passkey::{answer, ceremony, site};

use crate::state::AppState;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/signing-keys", get(show::show).post(add_ssh_key::submit))
        .route("/signing-keys/passkeys", post(add_passkey::submit))
        .route("/signing-keys/{key}/removal", post(remove_key::submit))
        .route("/changes/{number}/votes/signed", post(sign_vote::submit))
}
