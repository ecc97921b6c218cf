//! Signing in through an identity provider, and being signed out by it.
//!
//! Accounts are known by issuer and subject and by nothing else (B04). Nobody is linked because an
//! address or a name is the same (B05).

use std::sync::Arc;

use domain::actor::Actor;
use domain::event::AccessEvent;
use domain::ids::{AccountId, PersonId};
use domain::organisation::{Account, OrganisationEvent, Person, Status};
use domain::private::Private;
use domain::refusal::Refusal;
use jiff::SignedDuration;
use store::{Stream, Write};

use super::provider::{Flow, Identity, IdentityProvider, ProviderError, ProviderSettings};
use super::{Purpose, Session};
use crate::journal::OrganisationPlan;
use crate::{App, AppError};

const NAME_MAX: usize = 200;

/// What the provider sent the browser back with.
#[derive(Debug, Clone, Default)]
pub struct Callback {
    /// The code, if it said yes.
    pub code: Option<String>,
    /// The state.
    pub state: String,
    /// Its issuer, if it names it (RFC 9207).
    pub issuer: Option<String>,
    /// Its error code, if it said no.
    pub error: Option<String>,
}

fn refuse(code: &'static str, reason: impl Into<String>) -> AppError {
    AppError::Unauthenticated { code, reason: reason.into() }
}

fn not_taken(settings: &ProviderSettings, error: ProviderError) -> AppError {
    match error {
        ProviderError::Unreachable(reason) => {
            AppError::ProviderUnavailable { title: settings.title.clone(), reason }
        }
        ProviderError::Refused(reason) => {
            tracing::warn!(provider = settings.name, reason, "a provider's word was not taken");
            refuse(
                "identity_refused",
                format!("what {} says does not hold: {reason}", settings.title),
            )
        }
    }
}

impl App {
    /// Says at start which identity providers there are. Later calls change nothing.
    pub fn set_providers(&self, providers: Vec<Arc<dyn IdentityProvider>>) {
        let _ = self.providers.set(providers);
    }

    /// The identity providers, as configured.
    pub fn providers(&self) -> impl Iterator<Item = &ProviderSettings> {
        self.providers.get().into_iter().flatten().map(|p| p.settings())
    }

    fn provider(&self, name: &str) -> Result<&Arc<dyn IdentityProvider>, AppError> {
        let mut all = self.providers.get().into_iter().flatten();
        let found = all.find(|p| p.settings().name == name);
        let id = name.to_owned();
        Ok(found.ok_or(Refusal::NotFound { entity: "identity provider", id })?)
    }

    /// Where to send the browser for a flow.
    ///
    /// # Errors
    /// There is no such provider, or it does not answer.
    pub async fn provider_url(&self, name: &str, flow: &Flow) -> Result<String, AppError> {
        let provider = self.provider(name)?;
        let asked = match flow.purpose {
            Purpose::SignIn => Vec::new(),
            Purpose::StepUp => {
                self.live().policy.live().map_or_else(Vec::new, policy::Bundle::step_up_classes)
            }
        };
        let url = provider.authorization_url(flow, &asked, self.ports.now()).await;
        url.map_err(|e| not_taken(provider.settings(), e))
    }

    /// Ends a flow: verifies what came back, finds whose account it is, and begins a session in place
    /// of `current`. Who is known but may not come in is on the record.
    ///
    /// # Errors
    /// The answer belongs to no flow of this browser, does not hold, or is about nobody here.
    pub async fn provider_sign_in(
        &self,
        name: &str,
        flow: &Flow,
        callback: &Callback,
        current: Option<&Session>,
    ) -> Result<(String, Session), AppError> {
        let provider = self.provider(name)?;
        let settings = provider.settings();
        if callback.state != flow.state() {
            return Err(refuse(
                "flow_ended",
                "this sign-in was not begun here or has ended; begin again",
            ));
        }
        if callback.issuer.as_ref().is_some_and(|issuer| *issuer != settings.issuer) {
            return Err(refuse(
                "identity_refused",
                "the answer comes from another identity provider",
            ));
        }
        let Some(code) = callback.code.as_deref().filter(|_| callback.error.is_none()) else {
            let said = callback.error.as_deref().unwrap_or("nothing");
            let said: String = said.chars().filter(char::is_ascii_graphic).take(60).collect();
            let reason = format!("{} did not let you in: it says `{said}`", settings.title);
            return Err(refuse("provider_refused", reason));
        };
        let identity = provider.identify(code, flow, self.ports.now()).await;
        let identity = identity.map_err(|e| not_taken(settings, e))?;
        let account = self.account_of(settings, &identity).await?;
        if let (Purpose::StepUp, Some(current)) = (flow.purpose, current)
            && current.principal.actor.person() != Some(&account.person)
        {
            let reason = "you are signed in here as somebody else; sign out first";
            return Err(refuse("other_person", reason));
        }
        let minutes = SignedDuration::from_mins(i64::from(settings.session_minutes));
        let follows = identity.session.as_ref().map(|s| session_of(&settings.issuer, s));
        self.begin_session(&account, identity.authentication, Some(minutes), follows, current).await
    }

    /// The account of an identity, made if the operator wants that.
    async fn account_of(
        &self,
        settings: &ProviderSettings,
        identity: &Identity,
    ) -> Result<Account, AppError> {
        self.refresh().await?;
        let live = self.live();
        match live.directory.account_by_subject(&settings.issuer, &identity.subject) {
            Some(account) if live.directory.is_usable(&account.id) => Ok(account.clone()),
            Some(_) => {
                self.refuse_sign_in(&identity.subject, "account_disabled").await?;
                Err(refuse("account_disabled", "your account here is disabled; ask an admin"))
            }
            None if self.provisioned(settings, &identity.subject).is_some() => {
                self.link_provisioned(settings, &identity.subject).await
            }
            None if settings.create_people => self.create_person(settings, identity).await,
            None => {
                self.refuse_sign_in(&identity.subject, "unknown_subject").await?;
                let (title, subject) = (&settings.title, &identity.subject);
                Err(refuse(
                    "unknown_subject",
                    format!(
                        "{title} knows you as `{subject}`, and nobody here has that account; ask an \
                         admin to add it to your person (`countersign people link`)"
                    ),
                ))
            }
        }
    }

    /// Whom the operator's directory brought for this subject. It is a decision of the operator that the
    /// external ids of this directory are subjects of this provider; nothing else links (B05).
    fn provisioned(&self, settings: &ProviderSettings, subject: &str) -> Option<PersonId> {
        let live = self.live();
        let directory = &live.directory;
        let name = settings.provisioned_by.as_deref()?;
        let by = directory.service_accounts().find(|a| a.name == name)?;
        let found = directory.provisioned_by_external_id(&by.id, subject)?;
        (!found.removed && directory.is_active(&found.person)).then(|| found.person.clone())
    }

    async fn link_provisioned(
        &self,
        settings: &ProviderSettings,
        subject: &str,
    ) -> Result<Account, AppError> {
        let id = AccountId::new(self.ports.now(), self.ports.random());
        let recorded = self.organisation_action(&Actor::System, |live, _| {
            if let Some(known) = live.directory.account_by_subject(&settings.issuer, subject) {
                let value = known.clone();
                return Ok(OrganisationPlan { events: Vec::new(), writes: Vec::new(), value });
            }
            let person = self.provisioned(settings, subject);
            let person =
                person.ok_or_else(|| refuse("unknown_subject", "nobody has this account"))?;
            let account = Account {
                id: id.clone(),
                person,
                issuer: settings.issuer.clone(),
                subject: subject.to_owned(),
                password: None,
                status: Status::Active,
            };
            let event = OrganisationEvent::AccountAdded(account.clone());
            let events = vec![(Stream::organisation(), event.into())];
            Ok(OrganisationPlan { events, writes: Vec::new(), value: account })
        });
        Ok(recorded.await?.value)
    }

    /// A person without any role, for a subject that nobody has.
    async fn create_person(
        &self,
        settings: &ProviderSettings,
        identity: &Identity,
    ) -> Result<Account, AppError> {
        let now = self.ports.now();
        let person = PersonId::new(now, self.ports.random());
        let account = AccountId::new(now, self.ports.random());
        let name = identity.name.as_deref().filter(|n| !n.trim().is_empty());
        let name: String = name.unwrap_or(&identity.subject).chars().take(NAME_MAX / 4).collect();
        let recorded = self.organisation_action(&Actor::System, |live, _| {
            // Somebody may have been faster: another tab, another node.
            let known = live.directory.account_by_subject(&settings.issuer, &identity.subject);
            if let Some(known) = known {
                return Ok(OrganisationPlan {
                    events: Vec::new(),
                    writes: Vec::new(),
                    value: known.clone(),
                });
            }
            let account = Account {
                id: account.clone(),
                person: person.clone(),
                issuer: settings.issuer.clone(),
                subject: identity.subject.clone(),
                password: None,
                status: Status::Active,
            };
            let person = Person {
                id: person.clone(),
                name: Private::new(name.clone()),
                // An address that a provider claims proves nothing about commits (B04).
                emails: Vec::new(),
                time_zone: "UTC".to_owned(),
                place: None,
                status: Status::Active,
            };
            let events = [
                OrganisationEvent::PersonPut(person),
                OrganisationEvent::AccountAdded(account.clone()),
            ];
            let events = events.into_iter().map(|e| (Stream::organisation(), e.into())).collect();
            Ok(OrganisationPlan { events, writes: Vec::new(), value: account })
        });
        Ok(recorded.await?.value)
    }

    /// Ends the sessions that a provider's logout token names.
    ///
    /// # Errors
    /// There is no such provider, or the token does not hold.
    pub async fn provider_logout(&self, name: &str, token: &str) -> Result<(), AppError> {
        let provider = self.provider(name)?;
        let settings = provider.settings();
        let logout = provider.read_logout(token, self.ports.now()).await;
        let logout = logout.map_err(|e| not_taken(settings, e))?;
        self.refresh().await?;
        let live = self.live();
        let subject = logout.subject.as_ref();
        let account = subject.and_then(|s| live.directory.account_by_subject(&settings.issuer, s));
        let mut writes = Vec::new();
        if let Some(session) = &logout.session {
            let provider_session = session_of(&settings.issuer, session);
            writes.push(Write::EndProviderSession { provider_session });
        }
        // All of theirs, also those of which the provider never said which of its own they follow.
        if let Some(account) = account {
            writes.push(Write::EndSessions { account: account.id.to_string() });
        }
        // Nobody we know: nothing to end, and nothing to record.
        if writes.is_empty() {
            return Ok(());
        }
        let event = AccessEvent::SignedOutByProvider {
            issuer: settings.issuer.clone(),
            account: account.map(|a| a.id.clone()),
        };
        self.record_access(&Actor::System, event, writes).await
    }
}

/// A provider's session id is its own: two providers may choose the same.
fn session_of(issuer: &str, session: &str) -> String {
    format!("{issuer} {session}")
}
