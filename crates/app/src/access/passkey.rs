//! Proving again who one is, with a passkey.

use domain::actor::Actor;
use domain::authentication::Authentication;
use domain::ids::SigningKeyId;
use domain::organisation::KeyHolder;
use domain::refusal::Refusal;
use jiff::Timestamp;
use signing::PasskeyProof;
use signing::webauthn::check_step_up;

use super::Session;
use crate::signing::{Ceremony, Site};
use crate::{App, AppError};

/// What a passkey answered.
#[derive(Debug, Clone)]
pub struct PasskeyAnswer {
    /// Which key.
    pub key: SigningKeyId,
    /// When the challenge was made.
    pub issued_at: Timestamp,
    /// Its assertion.
    pub proof: PasskeyProof,
}

impl App {
    /// Proves again who somebody is, with a passkey they registered: a new session takes the place of
    /// theirs, so that the same answer never serves twice.
    ///
    /// # Errors
    /// The passkey is none of theirs, or its answer does not hold.
    pub async fn step_up_with_passkey(
        &self,
        current: &Session,
        site: &Site,
        answer: &PasskeyAnswer,
    ) -> Result<(String, Session), AppError> {
        let Actor::Person { person, account } = &current.principal.actor else {
            return Err(Refusal::PeopleOnly { action: "sign in again" }.into());
        };
        self.refresh().await?;
        let live = self.live();
        let unknown = || Refusal::field("passkey", "this passkey is none of yours, or was removed");
        let known = live.directory.signing_keys_of(person).find(|k| k.key.id == answer.key);
        let known = known.ok_or_else(unknown)?;
        let KeyHolder::Passkey { synced, .. } = known.key.holder else {
            return Err(unknown().into());
        };
        let now = self.ports.now();
        let times = (answer.issued_at, now);
        let checked = Ceremony::StepUp.end(&current.principal, site, times, |expected| {
            check_step_up(&answer.proof, expected, &known.key.public_key)
        });
        let usable = live.directory.account(account).filter(|a| live.directory.is_usable(&a.id));
        let (Some(usable), Ok(_)) = (usable, &checked) else {
            self.refuse_sign_in(account.as_str(), "passkey_refused").await?;
            checked?;
            return Err(unknown().into());
        };
        // It goes on for as long as the one it replaces, and ends with the same provider's (B12).
        let before = self.store.session(&current.token_hash).await?;
        let before = before.ok_or_else(unknown)?;
        let lasts = before.expires_at.duration_since(now);
        let authentication = Authentication::passkey(now, synced);
        let follows = before.provider_session;
        self.begin_session(usable, authentication, Some(lasts), follows, Some(current)).await
    }
}
