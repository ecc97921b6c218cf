//! Registering and removing keys.

use domain::actor::Actor;
use domain::ids::SigningKeyId;
use domain::organisation::{KeyHolder, SigningKey, check_recent};
use domain::private::Private;
use domain::refusal::Refusal;
use jiff::Timestamp;
use signing::PublicKey;
use signing::webauthn::{Registration, register};
use store::Stream;

use super::{Ceremony, Site};
use crate::journal::OrganisationPlan;
use crate::principal::Principal;
use crate::{App, AppError};

/// A passkey as the browser made it.
#[derive(Debug, Clone)]
pub struct PasskeyDraft {
    /// What its owner calls it.
    pub name: String,
    /// When its challenge was made.
    pub issued_at: Timestamp,
    /// What the browser gave.
    pub registration: Registration,
}

impl App {
    /// Registers an SSH key for whoever asks.
    ///
    /// # Errors
    /// They did not prove lately who they are, or the key can't be taken.
    pub async fn add_ssh_key(
        &self,
        principal: &Principal,
        name: &str,
        public_key: PublicKey,
    ) -> Result<SigningKeyId, AppError> {
        self.add_signing_key(principal, name, KeyHolder::Ssh, public_key).await
    }

    /// Registers a passkey for whoever asks.
    ///
    /// # Errors
    /// They did not prove lately who they are, or the browser's answer does not hold.
    pub async fn add_passkey(
        &self,
        principal: &Principal,
        site: &Site,
        draft: PasskeyDraft,
    ) -> Result<SigningKeyId, AppError> {
        let times = (draft.issued_at, self.ports.now());
        check_recent(principal.authentication.as_ref(), times.1)?;
        let made = Ceremony::Register
            .end(principal, site, times, |expected| register(&draft.registration, expected))?;
        let holder = KeyHolder::Passkey {
            credential: made.credential,
            relying_party: site.relying_party.clone(),
            synced: made.synced,
        };
        self.add_signing_key(principal, &draft.name, holder, made.public_key).await
    }

    async fn add_signing_key(
        &self,
        principal: &Principal,
        name: &str,
        holder: KeyHolder,
        public_key: PublicKey,
    ) -> Result<SigningKeyId, AppError> {
        let person = principal.acting_person("add a signing key")?;
        let Actor::Person { account, .. } = &principal.actor else {
            return Err(Refusal::PeopleOnly { action: "add a signing key" }.into());
        };
        let id = SigningKeyId::new(self.ports.now(), self.ports.random());
        self.organisation_action(&principal.actor, |live, now| {
            check_recent(principal.authentication.as_ref(), now)?;
            let Some(authentication) = principal.authentication.clone() else {
                return Err(Refusal::NotActive { person: person.clone() }.into());
            };
            let key = SigningKey {
                id: id.clone(),
                person: person.clone(),
                name: Private::new(name.trim().to_owned()),
                holder: holder.clone(),
                public_key: public_key.clone(),
                added_by: account.clone(),
                authentication,
                added_at: domain::time::to_millis(now),
            };
            let writes = self.tell_of_key(&key);
            let added = live.directory.add_signing_key(key, now)?;
            let events = vec![(Stream::organisation(), added.into())];
            Ok(OrganisationPlan { events, writes, value: () })
        })
        .await?;
        Ok(id)
    }

    /// Removes a key. It signs nothing any more; what it signed stays what it was.
    ///
    /// # Errors
    /// There is no such key, or it is another's and they are no admin.
    pub async fn remove_signing_key(
        &self,
        principal: &Principal,
        id: &SigningKeyId,
    ) -> Result<(), AppError> {
        let person = principal.acting_person("remove a signing key")?;
        self.person_action(principal, |live, now| {
            Ok(live.directory.remove_signing_key(id, person, now)?)
        })
        .await
    }
}
