//! Change sets.

use api_types::change_sets::{ChangeSet, ChangeSetRequest};

use crate::{Client, ClientError};

impl Client {
    /// Asks for several changes together.
    ///
    /// # Errors
    /// See [`ClientError`]; so for all operations.
    pub fn create_change_set(&self, request: &ChangeSetRequest) -> Result<ChangeSet, ClientError> {
        self.json(&self.post(&["v1", "change-sets"], request)?)
    }

    /// A change set.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn get_change_set(&self, set: &str) -> Result<ChangeSet, ClientError> {
        self.json(&self.get(&["v1", "change-sets", set], &[]))
    }
}
