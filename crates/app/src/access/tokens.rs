//! Issuing and revoking tokens. The text of a token is shown once and never stored.

use std::collections::BTreeSet;

use domain::actor::Actor;
use domain::ids::{EnvironmentName, ServiceAccountId, ServiceName, TokenId};
use domain::organisation::{FeedSubject, OrganisationEvent, Token, TokenOwner, Verb, access};
use domain::refusal::Refusal;
use jiff::SignedDuration;
use store::Stream;

use crate::journal::OrganisationPlan;
use crate::principal::Principal;
use crate::text::sha256_hex;
use crate::{App, AppError};

const DAYS_MAX: u32 = 366;

/// What a new token is to be good for.
#[derive(Debug, Clone)]
pub struct TokenDraft {
    /// What people call it.
    pub label: String,
    /// What it may be used for.
    pub verbs: BTreeSet<Verb>,
    /// For these services only; `None` is all.
    pub services: Option<BTreeSet<ServiceName>>,
    /// In these environments only; `None` is all.
    pub environments: Option<BTreeSet<EnvironmentName>>,
    /// Days until it stops working; 1 to 366.
    pub expires_in_days: u32,
}

/// A token as shown once.
#[derive(Clone)]
pub struct IssuedToken {
    /// Its id.
    pub id: TokenId,
    /// Its text.
    pub text: String,
}

impl App {
    /// Issues a token for a service account. Admins and the owner may.
    ///
    /// # Errors
    /// They may not, there is no such service account, or a field can't be accepted.
    pub async fn issue_service_token(
        &self,
        principal: &Principal,
        owner: &ServiceAccountId,
        draft: TokenDraft,
    ) -> Result<IssuedToken, AppError> {
        let person = principal.acting_person("issue tokens")?;
        if draft.verbs.contains(&Verb::Act) {
            return Err(Refusal::field(
                "verbs",
                "machines don't act for people: use read, request or gate",
            )
            .into());
        }
        let live = self.live();
        let account = live.directory.service_account(owner).ok_or_else(|| Refusal::NotFound {
            entity: "service account",
            id: owner.to_string(),
        })?;
        let provisions = draft.verbs.contains(&Verb::Provision);
        if provisions && draft.verbs.len() > 1 {
            let message = "a token that provisions is good for nothing else: give it no other verb";
            return Err(Refusal::field("verbs", message).into());
        }
        // Whoever keeps people and groups can put anybody into a group that holds a role.
        if account.owner != *person || provisions {
            principal.with_role(access::ADMIN, "issue tokens for it", &live.directory)?;
        }
        let owner = TokenOwner::ServiceAccount(owner.clone());
        self.issue(&principal.actor, owner, draft, None).await
    }

    /// Issues a personal token for the account somebody is signed in with.
    ///
    /// # Errors
    /// A machine or another token asks, or a field can't be accepted.
    pub async fn issue_personal_token(
        &self,
        principal: &Principal,
        draft: TokenDraft,
    ) -> Result<IssuedToken, AppError> {
        principal.acting_person("issue a personal token")?;
        if draft.verbs.contains(&Verb::Provision) {
            let message = "only a service account provisions";
            return Err(Refusal::field("verbs", message).into());
        }
        let Actor::Person { account, .. } = &principal.actor else {
            return Err(Refusal::PeopleOnly { action: "issue a personal token" }.into());
        };
        self.issue(&principal.actor, TokenOwner::Account(account.clone()), draft, None).await
    }

    pub(super) async fn issue(
        &self,
        actor: &Actor,
        owner: TokenOwner,
        draft: TokenDraft,
        feed: Option<FeedSubject>,
    ) -> Result<IssuedToken, AppError> {
        if draft.label.trim().is_empty() || draft.label.len() > 100 {
            return Err(Refusal::field("label", "say in 1 to 100 bytes what it is for").into());
        }
        if draft.verbs.is_empty() && feed.is_none() {
            return Err(Refusal::field("verbs", "name at least one: read, request, gate").into());
        }
        if !(1..=DAYS_MAX).contains(&draft.expires_in_days) {
            return Err(Refusal::field("expires_in_days", "use 1 to 366 days").into());
        }
        let prefix = if feed.is_some() { "csf" } else { "cst" };
        let text = format!("{prefix}_{}", self.ports.random_hex::<32>());
        let id = TokenId::new(self.ports.now(), self.ports.random());
        let issued = IssuedToken { id: id.clone(), text };
        let hash = sha256_hex(&issued.text);
        self.organisation_action(actor, |live, now| {
            if feed.is_some() {
                live.room_for_feed(&owner, now)?;
            }
            let days = SignedDuration::from_hours(24 * i64::from(draft.expires_in_days));
            let token = Token {
                id: id.clone(),
                label: draft.label.clone(),
                hash: hash.clone(),
                verbs: draft.verbs.clone(),
                services: draft.services.clone(),
                environments: draft.environments.clone(),
                expires_at: now.checked_add(days).map_err(AppError::damaged)?,
                revoked: false,
                feed: feed.clone(),
            };
            let event = OrganisationEvent::TokenIssued { owner: owner.clone(), token };
            let events = vec![(Stream::organisation(), event.into())];
            Ok(OrganisationPlan { events, writes: Vec::new(), value: () })
        })
        .await?;
        Ok(issued)
    }

    /// Revokes a token. Admins, and whoever it belongs to, may.
    ///
    /// # Errors
    /// There is no such token, or they may not.
    pub async fn revoke_token(&self, principal: &Principal, id: &TokenId) -> Result<(), AppError> {
        let person = principal.acting_person("revoke tokens")?;
        self.organisation_action(&principal.actor, |live, _| {
            let directory = &live.directory;
            let (owner, token) = directory
                .token(id)
                .ok_or_else(|| Refusal::NotFound { entity: "token", id: id.to_string() })?;
            let own = match owner {
                TokenOwner::Account(account) => {
                    directory.account(account).is_some_and(|a| a.person == *person)
                }
                TokenOwner::ServiceAccount(account) => {
                    directory.service_account(account).is_some_and(|a| a.owner == *person)
                }
            };
            if !own {
                principal.with_role(access::ADMIN, "revoke this token", directory)?;
            }
            let event = OrganisationEvent::TokenRevoked { token: id.clone() };
            let revoke = (!token.revoked).then(|| (Stream::organisation(), event.into()));
            let events = revoke.into_iter().collect();
            Ok(OrganisationPlan { events, writes: Vec::new(), value: () })
        })
        .await
        .map(|_| ())
    }
}
