//! Who is asking, and what their credential lets them ask.

use std::collections::BTreeSet;

use domain::actor::Actor;
use domain::authentication::Authentication;
use domain::ids::{AccountId, EnvironmentName, PersonId, ServiceAccountId, ServiceName, TokenId};
use domain::organisation::{Directory, Token, Verb, access};
use domain::refusal::Refusal;

use crate::AppError;

/// An authenticated caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Who.
    pub actor: Actor,
    /// The token they came with; `None` is a session.
    pub token: Option<TokenScope>,
    /// How they signed in, in a session; a token says nothing of it.
    pub authentication: Option<Authentication>,
    /// SHA-256 of the session or token they came with: what challenges for them are bound to.
    pub credential: Option<String>,
}

/// What a token is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenScope {
    /// The token.
    pub id: TokenId,
    /// What it may be used for.
    pub verbs: BTreeSet<Verb>,
    /// For these services only.
    pub services: Option<BTreeSet<ServiceName>>,
    /// In these environments only.
    pub environments: Option<BTreeSet<EnvironmentName>>,
}

impl From<&Token> for TokenScope {
    fn from(token: &Token) -> Self {
        Self {
            id: token.id.clone(),
            verbs: token.verbs.clone(),
            services: token.services.clone(),
            environments: token.environments.clone(),
        }
    }
}

impl Principal {
    /// A person with a session.
    #[must_use]
    pub const fn person(person: PersonId, account: AccountId) -> Self {
        Self {
            actor: Actor::Person { person, account },
            token: None,
            authentication: None,
            credential: None,
        }
    }

    /// A machine with a token.
    #[must_use]
    pub const fn machine(service_account: ServiceAccountId, token: TokenScope) -> Self {
        let actor = Actor::ServiceAccount { service_account };
        Self { actor, token: Some(token), authentication: None, credential: None }
    }

    /// The id that grants, idempotency keys and lists go by.
    #[must_use]
    pub fn id(&self) -> &str {
        self.actor.principal()
    }

    /// Whether the credential may be used for this verb at all.
    ///
    /// # Errors
    /// It may not.
    pub fn may(&self, verb: Verb, action: &'static str) -> Result<(), AppError> {
        let Some(token) = &self.token else { return Ok(()) };
        let acts = token.verbs.contains(&Verb::Act) && self.actor.person().is_some();
        if acts || token.verbs.contains(&verb) {
            Ok(())
        } else {
            Err(AppError::OutOfScope { action })
        }
    }

    /// Whether the credential reaches this target.
    #[must_use]
    pub fn reaches(&self, service: &ServiceName, environment: &EnvironmentName) -> bool {
        self.token.as_ref().is_none_or(|token| {
            token.services.as_ref().is_none_or(|s| s.contains(service))
                && token.environments.as_ref().is_none_or(|e| e.contains(environment))
        })
    }

    /// Whether the credential reaches a service in any environment.
    #[must_use]
    pub fn reaches_service(&self, service: &ServiceName) -> bool {
        let token = self.token.as_ref();
        token.is_none_or(|t| t.services.as_ref().is_none_or(|s| s.contains(service)))
    }

    /// The person behind a session or a personal token that acts with all rights.
    ///
    /// # Errors
    /// A machine, or a token that may not act.
    pub fn acting_person(&self, action: &'static str) -> Result<&PersonId, AppError> {
        let Some(person) = self.actor.person() else {
            return Err(Refusal::PeopleOnly { action }.into());
        };
        self.may(Verb::Act, action)?;
        Ok(person)
    }

    /// The acting person, and the account they act through.
    ///
    /// # Errors
    /// See [`Principal::acting_person`].
    pub fn acting_account(
        &self,
        action: &'static str,
    ) -> Result<(&PersonId, &AccountId), AppError> {
        let person = self.acting_person(action)?;
        match &self.actor {
            Actor::Person { account, .. } => Ok((person, account)),
            Actor::ServiceAccount { .. } | Actor::System => {
                Err(Refusal::PeopleOnly { action }.into())
            }
        }
    }

    /// The acting person, if they hold an access role.
    ///
    /// # Errors
    /// They don't hold it.
    pub fn with_role(
        &self,
        role: &'static str,
        action: &'static str,
        directory: &Directory,
    ) -> Result<&PersonId, AppError> {
        let person = self.acting_person(action)?;
        if directory.holds(person, role) {
            return Ok(person);
        }
        let who = match role {
            access::ADMIN => "admins",
            access::POLICY_AUTHOR => "policy authors",
            access::REQUESTER => "requesters",
            _ => "holders of the role",
        };
        Err(Refusal::NotEntitled { action, who }.into())
    }
}
