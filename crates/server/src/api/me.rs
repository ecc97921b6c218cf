//! `GET /v1/me`

use api_types::people::Me;
use axum::Json;
use axum::extract::State;
use domain::organisation::{Directory, Verb, access};

use super::answer::Problems;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::{Names, directory};

/// Who the caller is, and what they may do.
#[utoipa::path(
    get, path = "/v1/me", operation_id = "me", tag = "access",
    responses((status = 200, description = "The caller", body = Me), Problems)
)]
pub(crate) async fn me(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<Me>, ApiError> {
    let live = state.app.live();
    let names = Names::new(&live.directory);
    let person = caller.principal.actor.person();
    let token = caller.principal.token.as_ref();
    let token = token.and_then(|t| live.directory.token(&t.id)).map(|(_, t)| directory::token(t));
    Ok(Json(Me {
        principal: names.principal(&caller.principal.actor),
        roles: person.map(|p| names.held_roles(p)).unwrap_or_default(),
        rights: rights(&caller, &live.directory),
        token,
        organisation: live.directory.name().to_owned(),
        demo: live.directory.is_demo(),
        sandbox: state.settings.sandbox.is_some(),
    }))
}

/// Stable words for what this principal may do. Each use case decides again.
fn rights(caller: &Caller, directory: &Directory) -> Vec<String> {
    let may = |verb| caller.principal.may(verb, "").is_ok();
    let person = caller.principal.actor.person();
    let holds = |role| person.is_some_and(|p| directory.holds(p, role));
    let acts = person.is_some() && may(Verb::Act);
    let words = [
        ("read", may(Verb::Read)),
        ("create_change", may(Verb::Request) && (person.is_none() || holds(access::REQUESTER))),
        ("ask_gate", may(Verb::Gate) && (person.is_none() || holds(access::REQUESTER))),
        ("vote", acts),
        ("administer", acts && holds(access::ADMIN)),
        ("propose_policy", acts && holds(access::POLICY_AUTHOR)),
        ("decide_policy", acts && (holds(access::POLICY_AUTHOR) || holds(access::ADMIN))),
        ("audit", holds(access::AUDITOR)),
    ];
    words.into_iter().filter(|(_, may)| *may).map(|(word, _)| word.to_owned()).collect()
}
