//! What pages hand to a passkey, and what comes back in a form.

use app::signing::Site;
use console::pages::signing_keys::Ceremony;
use domain::ids::SigningKeyId;
use domain::organisation::{KeyHolder, SigningKey};
use jiff::Timestamp;
use signing::{PasskeyProof, base64url};

use super::super::form::Form;
use super::super::visit::Visit;
use crate::error::ApiError;
use crate::wire::request;

impl Visit {
    /// Where passkeys of this site are for: its public URL, or this machine while it has none.
    pub(in crate::ui) fn site(&self) -> Option<Site> {
        let found = Site::of(&self.server_url())?;
        let said = self.state.settings.public_url.is_some();
        (said || found.relying_party == "localhost").then_some(found)
    }

    /// The passkeys of the reader for this site.
    pub(in crate::ui) fn passkeys(&self, site: &Site) -> Vec<(&SigningKey, &str)> {
        let own = self.live.directory.signing_keys_of(&self.person);
        own.filter_map(|known| match &known.key.holder {
            KeyHolder::Passkey { credential, relying_party, .. } => {
                let here = *relying_party == site.relying_party;
                here.then_some((&known.key, credential.as_str()))
            }
            KeyHolder::Ssh => None,
        })
        .collect()
    }
}

/// What the passkeys of the reader are asked.
pub(in crate::ui) fn ceremony(
    visit: &Visit,
    site: &Site,
    challenge: &[u8],
    issued_at: Timestamp,
) -> Ceremony {
    let credentials: Vec<&str> = visit.passkeys(site).into_iter().map(|(_, id)| id).collect();
    Ceremony {
        challenge: base64url(challenge),
        issued_at: format!("{issued_at:.3}"),
        relying_party: site.relying_party.clone(),
        credentials: credentials.join(" "),
    }
}

/// A passkey's answer: which key, when its challenge was made, and the assertion, on our site.
///
/// # Errors
/// It names no passkey of the reader, or a field can't be read.
pub(in crate::ui) fn answer(
    visit: &Visit,
    site: &Site,
    form: &Form,
) -> Result<(SigningKeyId, Timestamp, PasskeyProof), ApiError> {
    let credential = form.get("credential");
    let known = visit.passkeys(site).into_iter().find(|(_, id)| *id == credential);
    let Some((key, _)) = known else {
        let message = "this passkey is none of yours here: add it under Signing keys";
        return Err(ApiError::field("passkey", message));
    };
    let proof = PasskeyProof {
        relying_party: site.relying_party.clone(),
        origin: site.origin.clone(),
        authenticator_data: form.get("authenticator_data").to_owned(),
        client_data: form.get("client_data").to_owned(),
        signature: form.get("signature").to_owned(),
    };
    Ok((key.id.clone(), issued_at(form)?, proof))
}

/// When the challenge of a form was made.
pub(super) fn issued_at(form: &Form) -> Result<Timestamp, ApiError> {
    request::time("issued_at", &form.get("issued_at").to_owned().into())
}

/// The site, or why passkeys don't work here.
pub(in crate::ui) fn site(visit: &Visit) -> Result<Site, ApiError> {
    let message = "passkeys don't work on this address: the operator sets the public URL";
    visit.site().ok_or_else(|| ApiError::field("passkey", message))
}
