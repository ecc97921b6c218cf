//! Signing in and out with a local account.

use domain::actor::Actor;
use domain::authentication::Authentication;
use domain::event::AccessEvent;
use domain::organisation::Account;
use domain::private::Private;
use domain::refusal::Refusal;
use jiff::SignedDuration;
use store::{Append, SessionRow, Stream, Write};

use super::Session;
use crate::principal::Principal;
use crate::text::sha256_hex;
use crate::{App, AppError};

const SESSION_HOURS: i64 = 12;

impl App {
    /// Signs in with user name and password. Returns the session token, which only the caller
    /// knows, and the session. Both outcomes are on the record.
    ///
    /// # Errors
    /// The credentials are wrong or the account can't be used; which of these is not said.
    pub async fn sign_in(
        &self,
        user_name: &str,
        password: &str,
    ) -> Result<(String, Session), AppError> {
        self.refresh().await?;
        let live = self.live();
        let account = live.directory.account_by_subject("local", user_name);
        let hash = account.and_then(|a| a.password.as_ref());
        let matches = self.password_matches(password, hash).await?;
        let usable = account.filter(|a| matches && live.directory.is_usable(&a.id));
        let Some(account) = usable else {
            let code = if account.is_some() { "wrong_password" } else { "unknown_account" };
            self.refuse_sign_in(user_name, code).await?;
            return Err(AppError::Unauthenticated {
                code: "wrong_credentials",
                reason: "user name or password is wrong".to_owned(),
            });
        };
        let authentication = Authentication::password(self.ports.now());
        self.begin_session(account, authentication, None, None, None).await
    }

    /// Proves again who somebody is, with the password of the account they are signed in with: a new
    /// session takes the place of theirs (B09).
    ///
    /// # Errors
    /// The password is wrong, or the account has none.
    pub async fn step_up_with_password(
        &self,
        current: &Session,
        password: &str,
    ) -> Result<(String, Session), AppError> {
        let Actor::Person { account, .. } = &current.principal.actor else {
            return Err(Refusal::PeopleOnly { action: "sign in again" }.into());
        };
        let matches = self.is_password_of(account, password).await?;
        let live = self.live();
        let known = live.directory.account(account).filter(|a| live.directory.is_usable(&a.id));
        let Some(known) = known.filter(|_| matches) else {
            self.refuse_sign_in(account.as_str(), "wrong_password").await?;
            return Err(AppError::Unauthenticated {
                code: "wrong_credentials",
                reason: "the password is wrong".to_owned(),
            });
        };
        let authentication = Authentication::password(self.ports.now());
        self.begin_session(known, authentication, None, None, Some(current)).await
    }

    /// Begins a session of an account, in place of `current` if there is one. It ends after `lasts`, and
    /// with the provider's session that it `follows`.
    pub(super) async fn begin_session(
        &self,
        account: &Account,
        authentication: Authentication,
        lasts: Option<SignedDuration>,
        follows: Option<String>,
        current: Option<&Session>,
    ) -> Result<(String, Session), AppError> {
        let token = self.ports.random_hex::<32>();
        let now = self.ports.now();
        let longest = SignedDuration::from_hours(SESSION_HOURS);
        let lasts = lasts.map_or(longest, |l| l.min(longest));
        let row = SessionRow {
            token_hash: sha256_hex(&token),
            account: account.id.to_string(),
            csrf: self.ports.random_hex::<32>(),
            signed_in_at: now,
            expires_at: now.checked_add(lasts).unwrap_or(now),
            authentication: serde_json::to_string(&authentication).ok(),
            provider_session: follows,
        };
        let mut principal = Principal::person(account.person.clone(), account.id.clone());
        principal.authentication = Some(authentication.clone());
        principal.credential = Some(row.token_hash.clone());
        let session =
            Session { principal, csrf: row.csrf.clone(), token_hash: row.token_hash.clone() };
        let authentication = Some(authentication);
        let event = AccessEvent::SignedIn { account: account.id.clone(), authentication };
        let mut writes = vec![Write::Session(Box::new(row))];
        let token_hash = current.map(|c| c.token_hash.clone());
        writes.extend(token_hash.map(|token_hash| Write::EndSession { token_hash }));
        self.record_access(&session.principal.actor, event, writes).await?;
        Ok((token, session))
    }

    /// Puts on the record that somebody could not come in.
    pub(super) async fn refuse_sign_in(
        &self,
        subject: &str,
        code: &'static str,
    ) -> Result<(), AppError> {
        let subject = Private::new(subject.chars().take(200).collect::<String>());
        let event = AccessEvent::SignInRefused { subject, code: code.to_owned() };
        self.record_access(&Actor::System, event, Vec::new()).await
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn sign_out(&self, session: &Session) -> Result<(), AppError> {
        let Actor::Person { account, .. } = &session.principal.actor else { return Ok(()) };
        let event = AccessEvent::SignedOut { account: account.clone() };
        let writes = vec![Write::EndSession { token_hash: session.token_hash.clone() }];
        self.record_access(&session.principal.actor, event, writes).await
    }

    pub(super) async fn record_access(
        &self,
        actor: &Actor,
        event: AccessEvent,
        writes: Vec<Write>,
    ) -> Result<(), AppError> {
        let entry = self.entry(Stream::access(), actor, event, self.ports.now())?;
        let append = Append { entries: vec![entry], writes, ..Append::default() };
        self.append(append).await?;
        Ok(())
    }
}
