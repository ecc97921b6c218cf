//! Signing in and out with a local account.

use domain::actor::Actor;
use domain::event::AccessEvent;
use domain::private::Private;
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
            let shown: String = user_name.chars().take(200).collect();
            let event =
                AccessEvent::SignInRefused { subject: Private::new(shown), code: code.to_owned() };
            self.record_access(&Actor::System, event, Vec::new()).await?;
            return Err(AppError::Unauthenticated {
                code: "wrong_credentials",
                reason: "user name or password is wrong".to_owned(),
            });
        };
        let (token, row) = self.new_session(account.id.as_str());
        let principal = Principal::person(account.person.clone(), account.id.clone());
        let session = Session {
            principal: principal.clone(),
            csrf: row.csrf.clone(),
            token_hash: row.token_hash.clone(),
        };
        let event = AccessEvent::SignedIn { account: account.id.clone() };
        self.record_access(&principal.actor, event, vec![Write::Session(Box::new(row))]).await?;
        Ok((token, session))
    }

    fn new_session(&self, account: &str) -> (String, SessionRow) {
        let token = self.ports.random_hex::<32>();
        let now = self.ports.now();
        let row = SessionRow {
            token_hash: sha256_hex(&token),
            account: account.to_owned(),
            csrf: self.ports.random_hex::<32>(),
            signed_in_at: now,
            expires_at: now.checked_add(SignedDuration::from_hours(SESSION_HOURS)).unwrap_or(now),
        };
        (token, row)
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

    async fn record_access(
        &self,
        actor: &Actor,
        event: AccessEvent,
        writes: Vec<Write>,
    ) -> Result<(), AppError> {
        let entry = self.entry(Stream::access(), actor, event, self.ports.now())?;
        let append = Append { entries: vec![entry], writes, ..Append::default() };
        self.store.append(append).await?;
        Ok(())
    }
}
