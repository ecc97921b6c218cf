//! Adding a passkey. Its challenge serves one registration: the same key is not taken twice.

use app::signing::PasskeyDraft;
use axum::response::Response;
use signing::webauthn::Registration;

use super::super::answer::{recorded, redirect};
use super::super::form::{Form, Posted};
use super::super::visit::Visit;
use super::passkey::{issued_at, site};
use super::show::refused;
use crate::error::ApiError;

/// `POST /signing-keys/passkeys`
pub(in crate::ui) async fn submit(posted: Posted) -> Response {
    let Posted { visit, form } = posted;
    match add(&visit, &form).await {
        Ok(()) => {
            let said = "The passkey is added: votes can be signed with it from now on.";
            redirect("/signing-keys", &recorded(said, None))
        }
        Err(error) => refused(&visit, &form, error).await,
    }
}

async fn add(visit: &Visit, form: &Form) -> Result<(), ApiError> {
    let draft = PasskeyDraft {
        name: form.trimmed("passkey_name").to_owned(),
        issued_at: issued_at(form)?,
        registration: Registration {
            client_data: form.get("client_data").to_owned(),
            attestation: form.get("attestation").to_owned(),
        },
    };
    let site = site(visit)?;
    visit.state.app.add_passkey(&visit.signed_in.principal, &site, draft).await?;
    Ok(())
}
