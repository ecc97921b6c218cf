//! The page of one's keys.

use app::signing::Ceremony;
use axum::response::Response;
use console::pages::signing_keys::{KeyRow, Page};
use console::view::{FormErrors, NextStep, Section};
use domain::organisation::{KnownKey, check_recent};
use domain::time::to_millis;
use signing::PublicKey;

use super::super::form::Form;
use super::super::visit::{Visit, refused_fields};
use super::ceremony;
use crate::error::ApiError;

/// `GET /signing-keys`
pub(in crate::ui) async fn show(visit: Visit) -> Response {
    visit.ok(&page(&visit).await)
}

async fn page(visit: &Visit) -> Page {
    let reader = visit.reader();
    let row = |known: &KnownKey| KeyRow {
        id: known.key.id.to_string(),
        name: known.key.name.text().to_owned(),
        kind: known.key.holder.title().to_owned(),
        fingerprint: fingerprint(&known.key.public_key),
        added: reader.moment(known.key.added_at),
    };
    let principal = &visit.signed_in.principal;
    let recent = check_recent(principal.authentication.as_ref(), visit.now);
    let issued_at = to_millis(visit.now);
    let passkey = visit.site().and_then(|site| {
        let challenge = Ceremony::Register.challenge(principal, issued_at).ok()?;
        Some(ceremony(visit, &site, &challenge, issued_at))
    });
    let layout = visit.layout("Signing keys", Section::None).await;
    let user = layout.user.clone().unwrap_or_default();
    Page {
        keys: visit.live.directory.signing_keys_of(&visit.person).map(row).collect(),
        step_up: recent.err().map(|_| {
            let words = "To add a key, first prove again who you are.";
            NextStep::linked(words, "/step-up?next=%2Fsigning-keys")
        }),
        passkey,
        user: [visit.person.to_string(), user.user_name, user.name],
        name: String::new(),
        public_key: String::new(),
        idempotency_key: visit.new_key(),
        errors: FormErrors::default(),
        layout,
    }
}

/// The last characters of a key, enough to tell one's own keys apart.
fn fingerprint(key: &PublicKey) -> String {
    let text = key.to_string();
    let end = text.char_indices().rev().nth(11).map_or(0, |(at, _)| at);
    format!("…{}", text.get(end..).unwrap_or_default())
}

/// The page again, with what was typed and why nothing was recorded.
pub(super) async fn refused(visit: &Visit, form: &Form, error: ApiError) -> Response {
    if !error.status().is_client_error() {
        return visit.problem(error).await;
    }
    let mut page = page(visit).await;
    form.get("name").clone_into(&mut page.name);
    form.get("public_key").clone_into(&mut page.public_key);
    match refused_fields(&error) {
        Some(fields) if fields.iter().all(|(name, _)| name != "passkey") => {
            for (field, message) in fields {
                page.errors.add(field, message);
            }
        }
        _ => page.layout.flash.push(visit.refusal(&error)),
    }
    visit.page(error.status(), &page)
}
