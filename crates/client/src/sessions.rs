//! Signing in with a local account, to get a personal token.

use api_types::service_accounts::{NewToken, TokenRequest};
use api_types::sessions::{Session, SignIn};
use reqwest::header::SET_COOKIE;

use crate::transport::Request;
use crate::{Client, ClientError};

const COOKIE: &str = "countersign_session";

/// A session: who signed in, and the cookie that proves it.
#[derive(Clone)]
pub struct SignedIn {
    /// The session as the server describes it.
    pub session: Session,
    cookie: String,
}

impl Client {
    /// Signs in with user name and password.
    ///
    /// # Errors
    /// See [`ClientError`]; `unauthenticated` when they don't match.
    pub fn sign_in(&self, user_name: &str, password: &str) -> Result<SignedIn, ClientError> {
        let body = SignIn { user_name: user_name.to_owned(), password: password.to_owned() };
        let request = self.post(&["v1", "sessions"], &body)?;
        let answer = self.send(&request)?;
        let session = self.read_json(&request, &answer.body)?;
        let cookie = answer
            .headers
            .get_all(SET_COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok()?.split(';').next())
            .find(|pair| pair.trim().starts_with(COOKIE))
            .map(|pair| pair.trim().to_owned());
        match cookie {
            Some(cookie) => Ok(SignedIn { session, cookie }),
            None => Err(self.protocol(&request, "it set no session cookie".to_owned())),
        }
    }

    /// Makes a personal token with a session.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn create_token_in_session(
        &self,
        signed_in: &SignedIn,
        request: &TokenRequest,
    ) -> Result<NewToken, ClientError> {
        let request = self.post(&["v1", "me", "tokens"], request)?;
        self.json(&self.within(request, signed_in))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn sign_out(&self, signed_in: &SignedIn) -> Result<(), ClientError> {
        let request = self.post(&["v1", "sessions", "end"], &serde_json::json!({}))?;
        self.send(&self.within(request, signed_in)).map(|_| ())
    }

    /// A request in a session, as a page of the server would send it.
    pub(crate) fn within(&self, request: Request, signed_in: &SignedIn) -> Request {
        request
            .header("cookie", &signed_in.cookie)
            .header("x-csrf-token", &signed_in.session.csrf)
            .header("origin", self.base.origin().ascii_serialization())
    }
}
