//! Keys for signing votes, and what is signed.

use api_types::signing::{SigningKey, SigningKeyRequest, VoteStatement, VoteStatementQuery};
use serde_json::json;

use crate::sessions::SignedIn;
use crate::{Client, ClientError};

impl Client {
    /// The keys that the caller can sign with.
    ///
    /// # Errors
    /// See [`ClientError`]; so for all operations.
    pub fn list_signing_keys(&self) -> Result<Vec<SigningKey>, ClientError> {
        self.all(&["v1", "me", "signing-keys"])
    }

    /// Registers an SSH key, with a session that just began.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn add_signing_key_in_session(
        &self,
        signed_in: &SignedIn,
        request: &SigningKeyRequest,
    ) -> Result<SigningKey, ClientError> {
        let request = self.post(&["v1", "me", "signing-keys"], request)?;
        self.json(&self.within(request, signed_in))
    }

    /// Removes a key.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn remove_signing_key(&self, key: &str) -> Result<(), ClientError> {
        let path = ["v1", "signing-keys", key, "removal"];
        self.send(&self.post(&path, &json!({}))?).map(|_| ())
    }

    /// What the caller has to sign for a vote.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn vote_statement(
        &self,
        change: &str,
        asked: &VoteStatementQuery,
    ) -> Result<VoteStatement, ClientError> {
        let query = [
            ("expected_revision", Some(asked.expected_revision.to_string())),
            ("decision", Some(asked.decision.as_str().to_owned())),
            ("on_behalf_of", asked.on_behalf_of.clone()),
        ];
        self.json(&self.get(&["v1", "changes", change, "vote-statement"], &query))
    }
}
