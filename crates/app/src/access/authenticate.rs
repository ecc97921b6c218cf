//! From a session or a bearer token to a principal.

use domain::organisation::{Status, TokenOwner};

use crate::principal::{Principal, TokenScope};
use crate::text::sha256_hex;
use crate::{App, AppError};

/// A live session.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who.
    pub principal: Principal,
    /// The token that every form must carry.
    pub csrf: String,
    /// SHA-256 of the session token, for ending it.
    pub token_hash: String,
}

fn refuse(code: &'static str, reason: &str) -> AppError {
    AppError::Unauthenticated { code, reason: reason.to_owned() }
}

impl App {
    /// The session behind a cookie.
    ///
    /// # Errors
    /// There is none, it ended, or its account can't be used any more (B12).
    pub async fn session(&self, token: &str) -> Result<Session, AppError> {
        let token_hash = sha256_hex(token);
        let row = self.store.session(&token_hash).await?;
        let ended = || refuse("session_ended", "your session has ended; sign in again");
        let row = row.ok_or_else(ended)?;
        if self.ports.now() >= row.expires_at {
            return Err(ended());
        }
        let live = self.live();
        let account = row.account.parse().map_err(AppError::damaged)?;
        if !live.directory.is_usable(&account) {
            return Err(ended());
        }
        let known = live.directory.account(&account).ok_or_else(ended)?;
        let mut principal = Principal::person(known.person.clone(), account);
        // What can't be read proves nothing; the session itself still holds.
        principal.authentication =
            row.authentication.as_deref().and_then(|text| serde_json::from_str(text).ok());
        principal.credential = Some(token_hash.clone());
        Ok(Session { principal, csrf: row.csrf, token_hash })
    }

    /// The principal behind a bearer token.
    ///
    /// # Errors
    /// It is unknown, revoked or expired, or its owner can't be used any more.
    pub fn bearer(&self, token: &str) -> Result<Principal, AppError> {
        let live = self.live();
        let directory = &live.directory;
        let unknown = || refuse("token_invalid", "this token is unknown, revoked or expired");
        let (owner, token) = directory.token_by_hash(&sha256_hex(token)).ok_or_else(unknown)?;
        // The secret of a calendar feed lies about in other people's programs: it opens nothing else.
        if token.feed.is_some() || !token.works(self.ports.now()) {
            return Err(unknown());
        }
        let scope = TokenScope::from(token);
        match owner {
            TokenOwner::ServiceAccount(id) => {
                let account = directory.service_account(id).ok_or_else(unknown)?;
                let owned = directory.is_active(&account.owner);
                if account.status != Status::Active || !owned {
                    return Err(unknown());
                }
                Ok(Principal::machine(id.clone(), scope))
            }
            TokenOwner::Account(id) => {
                let account = directory.account(id).ok_or_else(unknown)?;
                if !directory.is_usable(id) {
                    return Err(unknown());
                }
                let mut principal = Principal::person(account.person.clone(), id.clone());
                principal.token = Some(scope);
                principal.credential = Some(token.hash.clone());
                Ok(principal)
            }
        }
    }
}
